package io.github.oauth2state.config;

/**
 * What becomes of a login that begins while the store does not answer.
 */
public enum OnStoreFailure {

	/**
	 * It is kept in the HTTP session, as Spring Security does by itself. That helps where
	 * sessions do not live in the store that failed, and all instances share them or the
	 * proxy sends a browser to the same one each time.
	 */
	SESSION,

	/**
	 * It is sealed in a cookie of the browser, under the keys in
	 * {@code oauth2-state.cookie.keys}. That helps everywhere.
	 */
	COOKIE,

	/**
	 * It is refused, with status 503 and a page to try again from.
	 */
	FAIL

}
