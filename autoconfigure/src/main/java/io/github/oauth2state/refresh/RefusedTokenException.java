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

	RefusedTokenException(OAuth2AuthorizationException refusal, String refreshToken) {
		super(refusal.getError(), refusal);
		this.refreshToken = refreshToken;
	}

	String refreshToken() {
		return this.refreshToken;
	}

}
