package io.github.oauth2state;

/**
 * Why sessions end, or are asked to end.
 */
public enum LogoutKind {

	/**
	 * The provider sent a logout token (OpenID Connect Back-Channel Logout 1.0).
	 */
	LOGOUT_TOKEN,

	/**
	 * The provider refused the user's refresh token for good, and
	 * {@code oauth2-state.refresh.on-refusal} is {@code logout}.
	 */
	REFUSED_REFRESH,

	/**
	 * An operator ended the sessions of a user, through the Actuator endpoint.
	 */
	OPERATOR

}
