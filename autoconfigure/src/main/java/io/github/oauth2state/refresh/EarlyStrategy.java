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
 * The strategy {@code early}: refreshes ahead of time and needs no store. Instances
 * refresh at different times, and the requests of one instance wait for the first of
 * them.
 */
final class EarlyStrategy implements TokenRefreshStrategy {

	private final EarlyWindow window;

	private final LocalCoordinator requests;

	private final KeyScope keyScope;

	EarlyStrategy(RefreshProperties properties, EarlyWindow window) {
		this.window = window;
		this.requests = new LocalCoordinator(properties.waitTimeout());
		this.keyScope = properties.keyScope();
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
		Optional<LocalCoordinator.Key> key = LocalCoordinator.Key.of(refresh, this.keyScope);
		return key.isPresent() ? this.requests.coordinate(key.get(), () -> obtain(refresh)) : obtain(refresh);
	}

	private static TokenRefreshResult obtain(TokenRefresh refresh) {
		return RefreshedTokens.findStored(refresh)
			.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
			.orElseGet(() -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call()));
	}

}
