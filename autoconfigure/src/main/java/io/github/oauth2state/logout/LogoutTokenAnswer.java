package io.github.oauth2state.logout;

import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/**
 * How a logout token is answered that ends no session (OpenID Connect Back-Channel Logout
 * 1.0, section 2.8).
 */
enum LogoutTokenAnswer {

	REPLAYED(400, OAuth2ErrorCodes.INVALID_REQUEST, "the logout token was handled before"),

	UNUSABLE(400, OAuth2ErrorCodes.INVALID_REQUEST, "the logout token lacks a claim, or has one that cannot be read"),

	/**
	 * The provider may send the token again.
	 */
	FAILED(503, OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE, "sessions may not have ended");

	/**
	 * The path that Spring Security takes logout tokens at, by POST.
	 */
	static final String PATH = "/logout/connect/back-channel/{registrationId}";

	private final int status;

	private final String body;

	LogoutTokenAnswer(int status, String code, String description) {
		this.status = status;
		this.body = "{\"error\":\"%s\",\"error_description\":\"%s\"}".formatted(code, description);
	}

	int status() {
		return this.status;
	}

	/**
	 * Returns the answer as JSON.
	 */
	String body() {
		return this.body;
	}

}
