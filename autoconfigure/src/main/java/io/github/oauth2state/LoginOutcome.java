package io.github.oauth2state;

/**
 * How a login ended, or a step of it.
 */
public enum LoginOutcome {

	/**
	 * The user was sent to the provider.
	 */
	STARTED,

	/**
	 * The callback was answered with a signed-in user, or with an authorized client.
	 */
	COMPLETED,

	/**
	 * The provider sent the user back with an error instead of a code.
	 */
	PROVIDER_ERROR,

	/**
	 * The pending login was found, but the application did not accept what the provider
	 * returned.
	 */
	FAILED,

	/**
	 * The callback came later than the login's time to live.
	 */
	EXPIRED,

	/**
	 * The same callback had come before, or the store has lost the record.
	 */
	ALREADY_USED,

	/**
	 * The callback came from a browser that has no cookie of this login: another browser
	 * started it, or the cookie was evicted, blocked or deleted, or the same callback
	 * came more than five minutes before.
	 */
	FOREIGN_BROWSER,

	/**
	 * The stored record could not be opened or understood.
	 */
	UNREADABLE,

	/**
	 * The store did not answer, or refused the record.
	 */
	STORE_ERROR,

	/**
	 * The browser had too many pending logins, and this one had to go, or was not kept
	 * when another site started it.
	 */
	EVICTED,

	/**
	 * The login began on another path than the shared one, because the store did not
	 * answer or had not answered before. It is started there, too.
	 */
	FALLBACK,

	/**
	 * Another provider than the one that the user was sent to may have sent them back
	 * (RFC 9700, section 4.4): the callback came to another URI than the login's redirect
	 * URI, or names another issuer (RFC 9207). The pending login is kept for the right
	 * callback.
	 */
	MIX_UP

}
