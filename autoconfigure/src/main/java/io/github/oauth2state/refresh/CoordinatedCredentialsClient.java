package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Stands before the call that obtains tokens by client credentials.
 */
final class CoordinatedCredentialsClient
		implements OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> {

	private final OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> delegate;

	private final Supplier<Refresher> refresher;

	CoordinatedCredentialsClient(OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> delegate,
			Supplier<Refresher> refresher) {
		this.delegate = delegate;
		this.refresher = refresher;
	}

	@Override
	public OAuth2AccessTokenResponse getTokenResponse(OAuth2ClientCredentialsGrantRequest request) {
		Refresher refresher = this.refresher.get();
		CurrentAuthorization authorization = CurrentAuthorization.of(request.getClientRegistration());
		String principalName = (authorization != null) ? authorization.keptBy() : null;
		return refresher.refresh(new GrantedCredentials(request, this.delegate, principalName, refresher.clients()),
				authorization);
	}

}
