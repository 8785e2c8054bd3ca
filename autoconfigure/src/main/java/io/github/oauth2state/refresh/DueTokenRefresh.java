package io.github.oauth2state.refresh;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.util.Assert;

import io.github.oauth2state.TokenRefresh;

/**
 * Describes the tokens that one request of Spring Security needs: by a refresh token (RFC
 * 6749, section 6), or by client credentials (section 4.4).
 */
final class DueTokenRefresh implements TokenRefresh {

	private static final Log logger = LogFactory.getLog(DueTokenRefresh.class);

	private final AbstractOAuth2AuthorizationGrantRequest request;

	private final OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client;

	private final @Nullable CurrentAuthorization authorization;

	private final @Nullable String principalName;

	private final @Nullable OAuth2AuthorizedClientService clients;

	private DueTokenRefresh(AbstractOAuth2AuthorizationGrantRequest request,
			OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client,
			@Nullable CurrentAuthorization authorization, @Nullable String principalName,
			@Nullable OAuth2AuthorizedClientService clients) {
		this.request = request;
		this.client = client;
		this.authorization = authorization;
		this.principalName = principalName;
		this.clients = clients;
	}

	/**
	 * Describes the tokens that a request asks for.
	 * @param request the request of Spring Security
	 * @param client the token client of the app, which sends it
	 * @param clients where the app keeps tokens, if known
	 */
	@SuppressWarnings("unchecked")
	static <T extends AbstractOAuth2AuthorizationGrantRequest> DueTokenRefresh of(T request,
			OAuth2AccessTokenResponseClient<T> client, @Nullable OAuth2AuthorizedClientService clients) {
		CurrentAuthorization authorization = CurrentAuthorization.of(request.getClientRegistration());
		String principalName = null;
		if (authorization != null) {
			principalName = (request instanceof OAuth2RefreshTokenGrantRequest) ? authorization.principalName()
					: authorization.nameInStore();
		}
		return new DueTokenRefresh(request,
				(OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest>) client, authorization,
				principalName, clients);
	}

	/**
	 * Describes tokens by client credentials that were obtained earlier.
	 */
	static DueTokenRefresh obtained(ClientRegistration registration, String principalName) {
		return new DueTokenRefresh(new OAuth2ClientCredentialsGrantRequest(registration), (request) -> {
			throw new UnsupportedOperationException("These tokens were obtained already");
		}, null, principalName, null);
	}

	@Nullable CurrentAuthorization authorization() {
		return this.authorization;
	}

	@Override
	public ClientRegistration registration() {
		return this.request.getClientRegistration();
	}

	@Override
	public @Nullable String principalName() {
		return this.principalName;
	}

	@Override
	public @Nullable OAuth2AccessToken accessToken() {
		return (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) ? refresh.getAccessToken() : null;
	}

	@Override
	public @Nullable OAuth2RefreshToken refreshToken() {
		return (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) ? refresh.getRefreshToken() : null;
	}

	@Override
	public Set<String> scopes() {
		if (this.request instanceof OAuth2RefreshTokenGrantRequest refresh) {
			return refresh.getScopes();
		}
		return Objects.requireNonNullElse(registration().getScopes(), Set.of());
	}

	@Override
	public OAuth2AccessTokenResponse call() {
		OAuth2AccessTokenResponse response = this.client.getTokenResponse(this.request);
		if (this.authorization != null && refreshToken() != null) {
			// Before the tokens are published to other requests
			this.authorization.requireSameSubject(response);
		}
		return response;
	}

	@Override
	public Optional<OAuth2AuthorizedClient> stored() {
		boolean shared = this.clients != null
				&& !(RemovalWatcher.unwrap(this.clients) instanceof InMemoryOAuth2AuthorizedClientService);
		if (!shared || refreshToken() == null || this.authorization == null || !this.authorization.isSignedIn()) {
			return Optional.empty();
		}
		return Optional.ofNullable(load(this.authorization.principalName()));
	}

	/**
	 * Tells whether an access token is stored for the principal, as far as is known.
	 */
	boolean isStored(String accessToken) {
		if (this.principalName == null) {
			return false;
		}
		try {
			OAuth2AuthorizedClient stored = load(this.principalName);
			return stored != null && stored.getAccessToken().getTokenValue().equals(accessToken);
		}
		catch (RuntimeException ex) {
			logger.debug("Cannot tell whether a token was removed", ex);
			return true;
		}
	}

	private @Nullable OAuth2AuthorizedClient load(String name) {
		return (this.clients != null) ? this.clients.loadAuthorizedClient(registration().getRegistrationId(), name)
				: null;
	}

	@Override
	public TokenRefresh next(OAuth2AccessTokenResponse response) {
		if (refreshToken() == null) {
			return this;
		}
		OAuth2RefreshToken next = response.getRefreshToken();
		Assert.notNull(next, "Without a refresh token there is no next refresh");
		return new DueTokenRefresh(
				new OAuth2RefreshTokenGrantRequest(registration(), response.getAccessToken(), next, scopes()),
				this.client, this.authorization, this.principalName, this.clients);
	}

	/**
	 * Returns a text without the tokens and the client's secret.
	 */
	@Override
	public String toString() {
		return "DueTokenRefresh[" + registration().getRegistrationId() + "]";
	}

}
