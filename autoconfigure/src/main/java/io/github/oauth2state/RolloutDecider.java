package io.github.oauth2state;

/**
 * Decides, once for each login as it begins, whether the login takes the path that is
 * being rolled out or Spring Security's own, the HTTP session. A bean of this type
 * replaces {@code oauth2-state.rollout.percentage}.
 * <p>
 * A decision that throws is made by the percentage instead. Implementations are
 * thread-safe, and quick, as the user waits. A reactive app calls them on a thread that
 * may block.
 */
@FunctionalInterface
public interface RolloutDecider {

	/**
	 * Decides.
	 * @param request the login that begins
	 * @return whether it is rolled out
	 */
	boolean isRolledOut(RolloutRequest request);

}
