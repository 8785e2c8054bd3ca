package io.github.oauth2state;

/**
 * Is told what happens when tokens are due. Beans of this type are called in their order,
 * on the thread that needs the tokens; what they throw is logged and changes nothing. In
 * a reactive app that thread serves other requests too, so they must not block there.
 */
@FunctionalInterface
public interface TokenRefreshListener {

	/**
	 * Called once for every request that found its tokens due. Not called while tokens
	 * are valid.
	 * @param event what happened
	 */
	void onTokenRefresh(TokenRefreshEvent event);

}
