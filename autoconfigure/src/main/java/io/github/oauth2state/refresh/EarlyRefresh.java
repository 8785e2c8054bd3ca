package io.github.oauth2state.refresh;

import java.util.Optional;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;

/**
 * Refreshes ahead of time, without a store: instances keep out of each other's way by not
 * being due at the same moment, and the requests of one instance by waiting for the
 * first.
 */
final class EarlyRefresh implements TokenRefreshStrategy {

	private final EarlyWindow window;

	private final LocalFlights local;

	private final KeyScope keyScope;

	EarlyRefresh(EarlyWindow window, RefreshSettings settings) {
		this.window = window;
		this.local = new LocalFlights(settings.waitTimeout());
		this.keyScope = settings.keyScope();
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
		Optional<LocalKey> key = LocalKey.of(refresh, this.keyScope);
		return key.isPresent() ? this.local.join(key.get(), () -> obtain(refresh)) : obtain(refresh);
	}

	private static TokenRefreshResult obtain(TokenRefresh refresh) {
		return StoredTokens.newerThan(refresh)
			.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
			.orElseGet(() -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call()));
	}

}
