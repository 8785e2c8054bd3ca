package io.github.oauth2state.refresh;

import java.util.function.Supplier;

import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Takes the place of the app's token client, which calls the provider, and lets the
 * strategy decide whether to call it.
 *
 * @param <T> the type of request: by a refresh token or by client credentials
 */
final class CoordinatedTokenClient<T extends AbstractOAuth2AuthorizationGrantRequest>
		implements OAuth2AccessTokenResponseClient<T> {

	private final OAuth2AccessTokenResponseClient<T> delegate;

	private final Supplier<StrategyRunner> runner;

	CoordinatedTokenClient(OAuth2AccessTokenResponseClient<T> delegate, Supplier<StrategyRunner> runner) {
		this.delegate = delegate;
		this.runner = runner;
	}

	@Override
	public OAuth2AccessTokenResponse getTokenResponse(T request) {
		return this.runner.get().obtain(request, this.delegate);
	}

}
