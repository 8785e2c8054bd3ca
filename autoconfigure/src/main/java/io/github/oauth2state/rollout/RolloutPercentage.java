package io.github.oauth2state.rollout;

/**
 * The percentage that is in force. Thread-safe.
 */
public interface RolloutPercentage {

	/**
	 * Returns the percentage. Never waits.
	 * @return what was set at run time, otherwise what is configured
	 */
	Percentage current();

	/**
	 * Returns the percentage that this instance is configured with.
	 * @return the value of {@code oauth2-state.rollout.percentage}
	 */
	Percentage configured();

}
