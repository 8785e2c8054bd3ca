package io.github.oauth2state;

import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * New tokens, and where they came from.
 *
 * @param outcome where they came from
 * @param response the tokens
 */
public record TokenRefreshResult(TokenRefreshOutcome outcome, OAuth2AccessTokenResponse response) {

	/**
	 * Returns a text without the tokens.
	 */
	@Override
	public String toString() {
		return "TokenRefreshResult[" + this.outcome + "]";
	}

}
