package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;

/**
 * New tokens by client credentials, RFC 6749, section 4.4. They are the app's and no
 * user's.
 *
 * @param request what Spring Security asked for
 * @param client the client that the app configured
 */
record GrantedCredentials(OAuth2ClientCredentialsGrantRequest request,
		OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> client) implements TokenRefresh {

	@Override
	public ClientRegistration registration() {
		return this.request.getClientRegistration();
	}

	@Override
	public @Nullable String principalName() {
		return null;
	}

	@Override
	public @Nullable OAuth2AccessToken accessToken() {
		return null;
	}

	@Override
	public @Nullable OAuth2RefreshToken refreshToken() {
		return null;
	}

	@Override
	public Set<String> scopes() {
		Set<String> scopes = registration().getScopes();
		return (scopes != null) ? scopes : Set.of();
	}

	@Override
	public OAuth2AccessTokenResponse call() {
		return this.client.getTokenResponse(this.request);
	}

	@Override
	public Optional<OAuth2AuthorizedClient> stored() {
		return Optional.empty();
	}

	@Override
	public TokenRefresh next(OAuth2AccessTokenResponse response) {
		return this;
	}

	/**
	 * Returns a text without the client's secret.
	 */
	@Override
	public String toString() {
		return "GrantedCredentials[" + registration().getRegistrationId() + "]";
	}

}
