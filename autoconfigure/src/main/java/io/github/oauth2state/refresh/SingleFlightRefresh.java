package io.github.oauth2state.refresh;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.refresh.RefreshProperties.OnStoreFailure;
import io.github.oauth2state.tokens.TokenKeys;

/**
 * One call of the provider, however many requests on however many instances need tokens:
 * first the requests of this instance agree, then the instances.
 */
final class SingleFlightRefresh implements TokenRefreshStrategy, DisposableBean {

	private final RefreshSettings settings;

	private final EarlyWindow early;

	private final LocalFlights local;

	private final LeaseRenewal renewal;

	private final SharedFlights shared;

	private final RecentTokens recent;

	private final @Nullable TokenKeys keys;

	SingleFlightRefresh(RefreshSettings settings, EarlyWindow early, StateStore store, @Nullable TokenKeys keys) {
		this.settings = settings;
		this.early = early;
		this.recent = new RecentTokens(settings.replayWindow());
		this.local = new LocalFlights(settings.waitTimeout());
		this.renewal = new LeaseRenewal(store, settings);
		FlightResults results = new FlightResults(store, settings);
		FlightLeader leader = new FlightLeader(store, settings, this.renewal, results);
		this.shared = new SharedFlights(store, settings, leader, results, this::flight, this.recent);
		this.keys = keys;
	}

	@Override
	public String name() {
		return "single_flight";
	}

	@Override
	public TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.early.advise(client);
	}

	@Override
	public TokenRefreshResult refresh(TokenRefresh refresh) {
		return (refresh.refreshToken() != null) ? this.local.join(LocalKey.of(refresh), () -> fly(refresh))
				: obtain(refresh);
	}

	private TokenRefreshResult obtain(TokenRefresh refresh) {
		Optional<LocalKey> key = LocalKey.of(refresh, this.settings.keyScope());
		if (key.isEmpty()) {
			return call(refresh);
		}
		TokenRefreshResult result = this.local.join(key.get(), () -> (this.keys != null) ? fly(refresh)
				: this.recent.getOrObtain(key.get(), refresh, () -> call(refresh)));
		this.recent.giveOut(refresh, result.response());
		return result;
	}

	/**
	 * Notes that a token by client credentials was saved.
	 */
	void saved(GrantedCredentials refresh, String token) {
		this.recent.saved(refresh, token);
	}

	/**
	 * Offers tokens by client credentials to nobody any more, here and on other
	 * instances, after they were removed.
	 */
	void removed(GrantedCredentials refresh) {
		LocalKey.of(refresh, this.settings.keyScope()).ifPresent((key) -> {
			Optional<String> token = this.recent.removed(key, refresh);
			if (this.keys != null) {
				forget(refresh, token);
			}
		});
	}

	private void forget(TokenRefresh refresh, Optional<String> token) {
		try {
			this.shared.forget(refresh, token);
		}
		catch (StateStoreException ex) {
			this.renewal.retry(() -> {
				this.shared.forget(refresh, token);
				return true;
			});
		}
	}

	private static TokenRefreshResult call(TokenRefresh refresh) {
		return new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, refresh.call());
	}

	private TokenRefreshResult fly(TokenRefresh refresh) {
		try {
			return this.shared.fly(refresh);
		}
		catch (StateStoreException ex) {
			if (this.settings.onStoreFailure() == OnStoreFailure.FAIL) {
				throw new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
						"The store did not answer, and oauth2-state.refresh.on-store-failure is 'fail'", ex);
			}
			return this.shared.flyAlone(refresh);
		}
	}

	private Flight flight(TokenRefresh refresh) {
		OAuth2RefreshToken refreshToken = refresh.refreshToken();
		if (refreshToken != null) {
			return RefreshFlight.of(refresh, refreshToken.getTokenValue(), this.settings);
		}
		Assert.state(this.keys != null, "Without keys, tokens by client credentials are not shared");
		return CredentialsFlight.of(refresh, this.keys, this.settings);
	}

	@Override
	public void destroy() {
		this.renewal.close();
	}

}
