package io.github.oauth2state;

/**
 * What an authorization server issues for a single use.
 */
public enum CodeType {

	/**
	 * An authorization code (RFC 6749, section 4.1.2).
	 */
	AUTHORIZATION_CODE,

	/**
	 * A refresh token that is replaced at each use (RFC 9700, section 4.14.2).
	 */
	REFRESH_TOKEN,

	/**
	 * A device code (RFC 8628, section 3.2).
	 */
	DEVICE_CODE,

	/**
	 * The code that a user enters for a device (RFC 8628, section 3.2).
	 */
	USER_CODE,

	/**
	 * The state of a consent page: the user answers it once.
	 */
	CONSENT,

	/**
	 * A pushed authorization request (RFC 9126).
	 */
	PUSHED_REQUEST

}
