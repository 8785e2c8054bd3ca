package io.github.oauth2state.refresh;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

import io.github.oauth2state.TokenRefreshOutcome;

/**
 * Thrown if there are no tokens because requests could not agree in time. Spring Security
 * keeps a user's tokens on its error code.
 */
@SuppressWarnings("serial")
final class CoordinationException extends OAuth2AuthorizationException {

	private final TokenRefreshOutcome outcome;

	CoordinationException(TokenRefreshOutcome outcome, String description, Throwable cause) {
		super(error(description), cause);
		this.outcome = outcome;
	}

	CoordinationException(TokenRefreshOutcome outcome, String description) {
		super(error(description));
		this.outcome = outcome;
	}

	private static OAuth2Error error(String description) {
		return new OAuth2Error(OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE, description, null);
	}

	TokenRefreshOutcome outcome() {
		return this.outcome;
	}

}
