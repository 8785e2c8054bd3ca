package io.github.oauth2state.refresh;

import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;

/**
 * Describes the tokens that one request of Spring Security needs: by a refresh token (RFC
 * 6749, section 6), or by client credentials (section 4.4).
 */
final class DueTokenRefresh extends RequestedTokens implements TokenRefresh {

	private static final Log logger = LogFactory.getLog(DueTokenRefresh.class);

	private final OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client;

	private final @Nullable OAuth2AuthorizedClientService clients;

	private DueTokenRefresh(AbstractOAuth2AuthorizationGrantRequest request,
			OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest> client,
			@Nullable CurrentAuthorization authorization, @Nullable String principalName,
			@Nullable OAuth2AuthorizedClientService clients) {
		super(request, authorization, principalName);
		this.client = client;
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
		return new DueTokenRefresh(request,
				(OAuth2AccessTokenResponseClient<AbstractOAuth2AuthorizationGrantRequest>) client, authorization,
				principalName(request, authorization), clients);
	}

	@Override
	public OAuth2AccessTokenResponse call() {
		OAuth2AccessTokenResponse response = this.client.getTokenResponse(request());
		requireSameSubject(response);
		return response;
	}

	@Override
	public Optional<OAuth2AuthorizedClient> stored() {
		boolean shared = this.clients != null
				&& !(RemovalWatcher.unwrap(this.clients) instanceof InMemoryOAuth2AuthorizedClientService);
		return shared ? nameOfStored().map(this::load) : Optional.empty();
	}

	/**
	 * Tells whether an access token is stored for the principal, as far as is known.
	 */
	boolean isStored(String accessToken) {
		if (principalName() == null) {
			return false;
		}
		try {
			OAuth2AuthorizedClient stored = load(principalName());
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
		return new DueTokenRefresh(nextRequest(response), this.client, authorization(), principalName(), this.clients);
	}

}
