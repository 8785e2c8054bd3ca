package io.github.oauth2state;

/**
 * Where a pending login is kept between its start and its callback.
 */
public enum LoginPath {

	/**
	 * In the {@link StateStore}, for any instance to finish.
	 */
	SHARED,

	/**
	 * In the HTTP session, as Spring Security does by itself.
	 */
	SESSION,

	/**
	 * Sealed in a cookie of the browser, and nowhere else.
	 */
	COOKIE;

	/**
	 * Name of the request attribute that tells a callback's path while the application
	 * handles it, for example in an authentication success handler. Its value is a
	 * {@link LoginPath}; it is absent where no pending login was found.
	 */
	public static final String ATTRIBUTE = LoginPath.class.getName();

}
