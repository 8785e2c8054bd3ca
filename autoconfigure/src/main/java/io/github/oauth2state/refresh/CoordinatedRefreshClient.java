package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Stands before the one call that spends a refresh token.
 */
final class CoordinatedRefreshClient implements OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> {

	private final OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> delegate;

	private final Supplier<Refresher> refresher;

	CoordinatedRefreshClient(OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> delegate,
			Supplier<Refresher> refresher) {
		this.delegate = delegate;
		this.refresher = refresher;
	}

	@Override
	public OAuth2AccessTokenResponse getTokenResponse(OAuth2RefreshTokenGrantRequest request) {
		CurrentAuthorization authorization = CurrentAuthorization.of(request.getClientRegistration());
		Refresher refresher = this.refresher.get();
		OAuth2AccessTokenResponse response = refresher.refresh(
				new GrantedRefresh(request, this.delegate, authorization, refresher.sharedClients()), authorization);
		if (authorization != null) {
			authorization.refreshed().set(response);
		}
		return response;
	}

}
