package io.github.oauth2state.refresh;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

/**
 * Carries which refresh token the provider refused to where Spring Security handles it,
 * which is not told otherwise.
 */
@SuppressWarnings("serial")
final class RefusedTokenException extends OAuth2AuthorizationException {

	// Transient: a token must not go wherever exceptions are written to.
	private final transient String refreshToken;

	private final String registrationId;

	RefusedTokenException(OAuth2AuthorizationException refusal, String registrationId, String refreshToken) {
		super(refusal.getError(), refusal);
		this.registrationId = registrationId;
		this.refreshToken = refreshToken;
	}

	String registrationId() {
		return this.registrationId;
	}

	String refreshToken() {
		return this.refreshToken;
	}

}
