package io.github.oauth2state.refresh;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;

/**
 * Refreshes tokens ahead of time, and needs no store: the strategy {@code early}. An
 * instance makes one attempt in an interval, and its other requests keep using the valid
 * tokens. Thread-safe.
 */
final class EarlyStrategy implements TokenRefreshStrategy {

	private final EarlyWindow window;

	private final LocalCoordinator requests;

	private final KeyScope keyScope;

	/**
	 * Creates a strategy.
	 * @param properties the configured properties
	 * @param defaultWindow the window unless one is configured
	 * @param salt makes this instance differ from others
	 * @param clock tells the time
	 */
	EarlyStrategy(RefreshProperties properties, Duration defaultWindow, int salt, InstantSource clock) {
		this.window = new EarlyWindow(properties, defaultWindow, salt, clock);
		this.requests = new LocalCoordinator(properties.waitTimeout());
		this.keyScope = properties.keyScope();
	}

	@Override
	public String name() {
		return "early";
	}

	@Override
	public TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.window.advice(client);
	}

	@Override
	public TokenRefreshResult refresh(TokenRefresh refresh) {
		Optional<LocalCoordinator.Key> key = LocalCoordinator.Key.of(refresh, this.keyScope);
		return key.isPresent() ? this.requests.coordinate(key.get(), () -> obtain(refresh)) : obtain(refresh);
	}

	private static TokenRefreshResult obtain(TokenRefresh refresh) {
		return RefreshedTokens.findStored(refresh)
			.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
			.orElseGet(() -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call()));
	}

}
