package io.github.oauth2state.refresh;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;

/**
 * Refreshes ahead of time, without a store: instances keep out of each other's way by not
 * being due at the same moment, and the requests of one instance by waiting for the
 * first.
 */
final class EarlyRefresh implements TokenRefreshStrategy {

	private final EarlyWindow window;

	private final LocalFlights local;

	EarlyRefresh(EarlyWindow window, RefreshSettings settings) {
		this.window = window;
		this.local = new LocalFlights(settings.waitTimeout());
	}

	@Override
	public String name() {
		return "early";
	}

	@Override
	public TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.window.advise(client);
	}

	@Override
	public TokenRefreshResult refresh(TokenRefresh refresh) {
		return this.local.join(LocalKey.of(refresh),
				() -> StoredTokens.newerThan(refresh)
					.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
					.orElseGet(() -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call())));
	}

}
