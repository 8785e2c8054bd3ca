package io.github.oauth2state.refresh;

import java.util.Optional;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;

/**
 * New tokens by client credentials, RFC 6749, section 4.4. Spring Security keeps them by
 * principal, and a request for tokens may depend on it.
 *
 * @param request what Spring Security asked for
 * @param client the client that the app configured
 * @param principalName by whose name the tokens are kept, or {@code null} if they are
 * kept by session or it is not known
 * @param clients where tokens are kept, if it is known
 */
record GrantedCredentials(OAuth2ClientCredentialsGrantRequest request,
		OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> client, @Nullable String principalName,
		@Nullable OAuth2AuthorizedClientService clients) implements TokenRefresh {

	private static final Log logger = LogFactory.getLog(GrantedCredentials.class);

	/**
	 * Describes tokens that were obtained earlier.
	 */
	static GrantedCredentials past(ClientRegistration registration, String principalName) {
		return new GrantedCredentials(new OAuth2ClientCredentialsGrantRequest(registration), (request) -> {
			throw new UnsupportedOperationException("No token is asked for");
		}, principalName, null);
	}

	@Override
	public ClientRegistration registration() {
		return this.request.getClientRegistration();
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

	/**
	 * Tells whether an access token is kept for the principal, as far as is known.
	 */
	boolean isKept(String accessToken) {
		OAuth2AuthorizedClientService service = this.clients;
		if (service == null || this.principalName == null) {
			return false;
		}
		try {
			OAuth2AuthorizedClient kept = service.loadAuthorizedClient(registration().getRegistrationId(),
					this.principalName);
			return kept != null && kept.getAccessToken().getTokenValue().equals(accessToken);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot look for a token that may have been removed", ex);
			return true;
		}
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
