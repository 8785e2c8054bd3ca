package io.github.oauth2state.refresh;

import java.util.Optional;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;

/**
 * The strategy {@code early} of reactive apps, as {@link EarlyStrategy}.
 */
final class ReactiveEarlyStrategy implements ReactiveTokenRefreshStrategy {

	private final EarlyWindow window;

	private final ReactiveLocalCoordinator requests;

	private final KeyScope keyScope;

	ReactiveEarlyStrategy(RefreshProperties properties, EarlyWindow window) {
		this.window = window;
		this.requests = new ReactiveLocalCoordinator(properties.waitTimeout());
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
	public Mono<TokenRefreshResult> refresh(ReactiveTokenRefresh refresh) {
		Optional<LocalCoordinator.Key> key = LocalCoordinator.Key.of(refresh, this.keyScope);
		return key.isPresent() ? this.requests.coordinate(key.get(), obtain(refresh)) : obtain(refresh);
	}

	private static Mono<TokenRefreshResult> obtain(ReactiveTokenRefresh refresh) {
		return ReactiveDueTokenRefresh.findStored(refresh)
			.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.STORED, tokens.response()))
			.switchIfEmpty(Mono.defer(refresh::call)
				.map((response) -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, response)));
	}

}
