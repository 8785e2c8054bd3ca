package io.github.oauth2state.login.servlet;

/**
 * Which filter of Spring Security handles a callback.
 */
enum CallbackKind {

	/**
	 * {@code OAuth2LoginAuthenticationFilter}, which signs the user in.
	 */
	LOGIN,

	/**
	 * {@code OAuth2AuthorizationCodeGrantFilter}, which authorizes a client for a user,
	 * and asks for a pending login on any URL with a code and a state.
	 */
	CLIENT

}
