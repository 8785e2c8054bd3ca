package io.github.oauth2state;

/**
 * Is told when sessions end because the provider or an operator wants it. Beans of this
 * type are called in their order, on the thread that handles the request; what they throw
 * is logged and changes nothing. In a reactive app, that thread must not be blocked.
 */
@FunctionalInterface
public interface LogoutListener {

	/**
	 * Called for each logout token, each refused refresh that ends sessions, and each
	 * operation of an operator; and, where each instance has sessions of its own, for
	 * each session that ends because of them.
	 * @param event what happened
	 */
	void onLogout(LogoutEvent event);

}
