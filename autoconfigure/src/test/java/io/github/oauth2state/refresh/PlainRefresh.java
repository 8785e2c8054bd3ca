package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;

/**
 * Alice's refresh at the provider {@code idp}, which calls nobody.
 */
record PlainRefresh(String token) implements TokenRefresh {

	@Override
	public ClientRegistration registration() {
		return TestInstance.registration("idp");
	}

	@Override
	public String principalName() {
		return "alice";
	}

	@Override
	public OAuth2AccessToken accessToken() {
		return TestInstance.expired("access-of-" + this.token);
	}

	@Override
	public OAuth2RefreshToken refreshToken() {
		return new OAuth2RefreshToken(this.token, null);
	}

	@Override
	public Set<String> scopes() {
		return Set.of();
	}

	@Override
	public OAuth2AccessTokenResponse call() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<OAuth2AuthorizedClient> stored() {
		return Optional.empty();
	}

	@Override
	public TokenRefresh next(OAuth2AccessTokenResponse response) {
		throw new UnsupportedOperationException();
	}

}
