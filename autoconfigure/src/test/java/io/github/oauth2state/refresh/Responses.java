package io.github.oauth2state.refresh;

import java.util.Objects;

import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Reads values from an answer of the provider.
 */
final class Responses {

	private Responses() {
	}

	static String token(OAuth2AccessTokenResponse response) {
		return response.getAccessToken().getTokenValue();
	}

	static String refreshToken(OAuth2AccessTokenResponse response) {
		return Objects.requireNonNull(response.getRefreshToken()).getTokenValue();
	}

}
