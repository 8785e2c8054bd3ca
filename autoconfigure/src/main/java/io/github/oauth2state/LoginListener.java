package io.github.oauth2state;

/**
 * Is told what happens to logins. Beans of this type are called in their order, on the
 * thread that handles the request; what they throw is logged and changes no login. In a
 * reactive app that thread is mostly an event loop, so they must not block.
 */
@FunctionalInterface
public interface LoginListener {

	/**
	 * Called once for every begin and for every callback.
	 * @param event what happened
	 */
	void onLoginEvent(LoginEvent event);

}
