package io.github.oauth2state;

/**
 * What came of a request to end sessions.
 */
public enum LogoutOutcome {

	/**
	 * Sessions ended, on whichever instance they were. Where each instance has sessions
	 * of its own, this is published by the instance that ends one, with its next request.
	 */
	ENDED,

	/**
	 * A mark was left in the store. Instances look for it, and end sessions of their own
	 * that it names.
	 */
	MARKED,

	/**
	 * No session was found. The user may have logged out before, or the session may have
	 * expired.
	 */
	UNKNOWN,

	/**
	 * A logout token came again after it had been handled, and was refused with status
	 * 400.
	 */
	REPLAYED,

	/**
	 * A logout token was not valid, and was refused with status 400. Only its sender
	 * knows whether it is an attack or a wrong configuration.
	 */
	REFUSED,

	/**
	 * The store or the repository of sessions failed. The provider was answered with
	 * status 503, and may send the logout token again.
	 */
	FAILED

}
