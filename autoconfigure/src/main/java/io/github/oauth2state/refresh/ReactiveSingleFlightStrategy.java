package io.github.oauth2state.refresh;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import reactor.core.publisher.Mono;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.record.Keyring;

/**
 * The strategy {@code single-flight} of reactive apps. It agrees with instances that use
 * {@link SingleFlightStrategy}.
 */
final class ReactiveSingleFlightStrategy implements ReactiveTokenRefreshStrategy, DisposableBean {

	private final RefreshProperties properties;

	private final EarlyWindow early;

	private final @Nullable Keyring keys;

	private final RecentTokens recent;

	private final ReactiveLocalCoordinator requests;

	private final ReactiveStoreCoordinator instances;

	/**
	 * Creates a strategy.
	 * @param properties the configured properties
	 * @param namespace the namespace of the app
	 * @param early tells when to refresh ahead of time
	 * @param store the store that instances share
	 * @param keys the keys for tokens by client credentials, if configured
	 */
	ReactiveSingleFlightStrategy(RefreshProperties properties, String namespace, EarlyWindow early,
			ReactiveStateStore store, @Nullable Keyring keys) {
		this.properties = properties;
		this.early = early;
		this.keys = keys;
		this.recent = new RecentTokens(properties.replayWindow());
		this.requests = new ReactiveLocalCoordinator(properties.waitTimeout());
		this.instances = new ReactiveStoreCoordinator(properties, namespace, store, keys, this.recent);
	}

	@Override
	public String name() {
		return "single_flight";
	}

	@Override
	public TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.early.advice(client);
	}

	@Override
	public Mono<TokenRefreshResult> refresh(ReactiveTokenRefresh refresh) {
		if (refresh.refreshToken() == null) {
			return obtainByClientCredentials(refresh);
		}
		return this.requests.coordinate(LocalCoordinator.Key.of(refresh), this.instances.coordinate(refresh));
	}

	private Mono<TokenRefreshResult> obtainByClientCredentials(ReactiveTokenRefresh refresh) {
		Optional<LocalCoordinator.Key> key = LocalCoordinator.Key.of(refresh, this.properties.keyScope());
		if (key.isEmpty()) {
			return call(refresh);
		}
		Mono<TokenRefreshResult> source = (this.keys != null) ? this.instances.coordinate(refresh)
				: Mono.defer(() -> getOrObtain(key.get(), refresh));
		return this.requests.coordinate(key.get(), source)
			.doOnNext((result) -> this.recent.noteIssued(refresh, result.response()));
	}

	private Mono<TokenRefreshResult> getOrObtain(LocalCoordinator.Key key, ReactiveTokenRefresh refresh) {
		return Mono.justOrEmpty(this.recent.find(key, refresh))
			.filterWhen((tokens) -> ReactiveStoreCoordinator.isRemoved(this.recent, refresh, tokens)
				.map((removed) -> !removed))
			.map((tokens) -> new TokenRefreshResult(TokenRefreshOutcome.COALESCED, tokens.response()))
			.switchIfEmpty(
					call(refresh).doOnNext((result) -> this.recent.noteObtained(key, refresh, result.response())));
	}

	private static Mono<TokenRefreshResult> call(ReactiveTokenRefresh refresh) {
		return Mono.defer(refresh::call)
			.map((response) -> new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, response));
	}

	/**
	 * Notes that a token by client credentials was saved.
	 */
	void onSaved(DueTokens obtained, String token) {
		this.recent.noteSaved(obtained, token);
	}

	/**
	 * Stops sharing a token by client credentials that was removed, on this and on other
	 * instances.
	 */
	Mono<Void> onRemoved(DueTokens obtained) {
		return Mono.justOrEmpty(LocalCoordinator.Key.of(obtained, this.properties.keyScope())).flatMap((key) -> {
			Optional<String> token = this.recent.noteRemoved(key, obtained);
			return (this.keys != null) ? this.instances.withdraw(obtained, token) : Mono.empty();
		});
	}

	@Override
	public void destroy() {
		this.instances.close();
	}

}
