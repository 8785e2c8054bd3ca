package io.github.oauth2state.refresh;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.record.Keyring;

/**
 * Lets one of all requests on all instances that want the same tokens call the provider:
 * the strategy {@code single-flight}. First the requests of this instance are
 * coordinated, then the instances. A second call is made only if the first caller dies or
 * is silent for too long, if its result cannot be used here, or if the store fails before
 * anything is known of other requests.
 */
final class SingleFlightStrategy implements TokenRefreshStrategy, DisposableBean {

	private final RefreshProperties properties;

	private final EarlyWindow early;

	private final @Nullable Keyring keys;

	private final RecentTokens recent;

	private final LocalCoordinator requests;

	private final StoreCoordinator instances;

	/**
	 * Creates a strategy.
	 * @param properties the configured properties
	 * @param namespace the namespace of the app
	 * @param early tells when to refresh ahead of time
	 * @param store the store that instances share
	 * @param keys the keys for tokens by client credentials, if configured
	 */
	SingleFlightStrategy(RefreshProperties properties, String namespace, EarlyWindow early, StateStore store,
			@Nullable Keyring keys) {
		this.properties = properties;
		this.early = early;
		this.keys = keys;
		this.recent = new RecentTokens(properties.replayWindow());
		this.requests = new LocalCoordinator(properties.waitTimeout());
		this.instances = new StoreCoordinator(properties, namespace, store, keys, this.recent);
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
	public TokenRefreshResult refresh(TokenRefresh refresh) {
		if (refresh.refreshToken() == null) {
			return obtainByClientCredentials(refresh);
		}
		return this.requests.coordinate(LocalCoordinator.Key.of(refresh), () -> this.instances.coordinate(refresh));
	}

	private TokenRefreshResult obtainByClientCredentials(TokenRefresh refresh) {
		Optional<LocalCoordinator.Key> key = LocalCoordinator.Key.of(refresh, this.properties.keyScope());
		if (key.isEmpty()) {
			return call(refresh);
		}
		TokenRefreshResult result = this.requests.coordinate(key.get(),
				() -> (this.keys != null) ? this.instances.coordinate(refresh)
						: this.recent.getOrObtain(key.get(), refresh, () -> call(refresh)));
		this.recent.noteIssued(refresh, result.response());
		return result;
	}

	private static TokenRefreshResult call(TokenRefresh refresh) {
		return new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call());
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
	void onRemoved(DueTokens obtained) {
		LocalCoordinator.Key.of(obtained, this.properties.keyScope()).ifPresent((key) -> {
			Optional<String> token = this.recent.noteRemoved(key, obtained);
			if (this.keys != null) {
				this.instances.withdraw(obtained, token);
			}
		});
	}

	@Override
	public void destroy() {
		this.instances.close();
	}

}
