package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.util.Assert;

import io.github.oauth2state.TokenRefresh;

/**
 * A refresh by a refresh token, RFC 6749, section 6.
 *
 * @param request what Spring Security asked for
 * @param client the client that the app configured
 * @param authorization for whom it is, where that is known
 * @param service where clients are kept that all instances see, if they are
 */
record GrantedRefresh(OAuth2RefreshTokenGrantRequest request,
		OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> client,
		@Nullable CurrentAuthorization authorization,
		@Nullable OAuth2AuthorizedClientService service) implements TokenRefresh {

	@Override
	public ClientRegistration registration() {
		return this.request.getClientRegistration();
	}

	@Override
	public @Nullable String principalName() {
		return (this.authorization != null) ? this.authorization.principal().getName() : null;
	}

	@Override
	public OAuth2AccessToken accessToken() {
		return this.request.getAccessToken();
	}

	@Override
	public OAuth2RefreshToken refreshToken() {
		return this.request.getRefreshToken();
	}

	@Override
	public Set<String> scopes() {
		return this.request.getScopes();
	}

	@Override
	public OAuth2AccessTokenResponse call() {
		OAuth2AccessTokenResponse response = this.client.getTokenResponse(this.request);
		SameSubject.require(this.authorization, registration(), response);
		return response;
	}

	@Override
	public Optional<OAuth2AuthorizedClient> stored() {
		if (this.service == null || this.authorization == null || !this.authorization.isSignedIn()) {
			return Optional.empty();
		}
		return Optional.ofNullable(this.service.loadAuthorizedClient(registration().getRegistrationId(),
				this.authorization.principal().getName()));
	}

	@Override
	public TokenRefresh next(OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken next = response.getRefreshToken();
		Assert.notNull(next, "Without a refresh token there is no next refresh");
		return new GrantedRefresh(
				new OAuth2RefreshTokenGrantRequest(registration(), response.getAccessToken(), next, scopes()),
				this.client, this.authorization, this.service);
	}

	/**
	 * Returns a text without the tokens.
	 */
	@Override
	public String toString() {
		return "GrantedRefresh[" + registration().getRegistrationId() + "]";
	}

}
