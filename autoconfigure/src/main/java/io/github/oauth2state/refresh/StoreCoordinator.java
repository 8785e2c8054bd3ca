package io.github.oauth2state.refresh;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.Assert;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.refresh.LocalCoordinator.CoordinationException;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Coordinates the instances through the store. A request that finds no entry puts its
 * lease into the store and calls the provider. A request that finds a lease waits for the
 * result. A request that finds a result uses it. Thread-safe.
 */
final class StoreCoordinator implements AutoCloseable {

	/**
	 * How many results in a row may be due again when they are found.
	 */
	static final int MAX_GENERATIONS = 5;

	private final RefreshProperties properties;

	private final String namespace;

	private final StateStore store;

	private final @Nullable Keyring keys;

	private final RecentTokens recent;

	private final LeaseRenewal renewal;

	private final LeaseHolder holder;

	/**
	 * Creates a coordinator.
	 * @param properties the lease, the timeout and the windows
	 * @param namespace what keeps this app's entries apart from those of others
	 * @param store the store that instances share
	 * @param keys the keys for results of client credentials, if configured
	 * @param recent knows which tokens by client credentials the app has removed
	 */
	StoreCoordinator(RefreshProperties properties, String namespace, StateStore store, @Nullable Keyring keys,
			RecentTokens recent) {
		this.properties = properties;
		this.namespace = namespace;
		this.store = store;
		this.keys = keys;
		this.recent = recent;
		this.renewal = new LeaseRenewal(properties);
		this.holder = new LeaseHolder(properties, this.renewal);
	}

	/**
	 * Obtains tokens, by calling the provider or from another request.
	 * @throws CoordinationException if there are no tokens because requests could not
	 * agree in time, or the store did not answer
	 */
	TokenRefreshResult coordinate(TokenRefresh refresh) {
		try {
			return coordinate(refresh, 1, new Backoff(this.properties.waitTimeout()));
		}
		catch (StateStoreException ex) {
			if (this.properties.onStoreFailure() == WithoutStore.FAIL) {
				throw away(ex);
			}
			return this.holder.obtainWithoutLease(refresh, entry(refresh));
		}
	}

	/**
	 * Obtains tokens.
	 * @throws StateStoreException if the store did not answer, and this request knows of
	 * no other one that calls the provider
	 */
	private TokenRefreshResult coordinate(TokenRefresh refresh, int generation, Backoff backoff) {
		if (generation > MAX_GENERATIONS) {
			throw tooManyGenerations();
		}
		StoredRefresh entry = entry(refresh);
		boolean othersKnown = generation > 1;
		while (true) {
			Optional<byte[]> found = ask(entry::acquireLease, othersKnown);
			RefreshRecord record = found.map((bytes) -> read(entry, bytes)).orElseGet(RefreshRecord.Unreadable::new);
			switch (record.reaction(refresh, (tokens) -> this.recent.isRemoved(refresh, tokens))) {
				case WAIT -> {
					awaitChange(entry, found.orElseThrow(), backoff);
					othersKnown = true;
					continue;
				}
				case FAIL -> throw new OAuth2AuthorizationException(((RefreshRecord.Failure) record).error());
				case USE -> {
					return new TokenRefreshResult(TokenRefreshOutcome.SHARED, ((RefreshedTokens) record).response());
				}
				case FOLLOW -> {
					TokenRefresh next = refresh.next(((RefreshedTokens) record).response());
					TokenLineage.noteDescent(refreshToken(refresh), refreshToken(next));
					return coordinate(next, generation + 1, backoff);
				}
				case TAKE_OVER -> {
					// Below, as if nothing had been found
				}
			}
			if (found.isEmpty() || ask(() -> entry.acquireLeaseInsteadOf(found.get()), othersKnown)) {
				Optional<TokenRefreshResult> result = this.holder.obtain(refresh, entry, backoff);
				if (result.isPresent()) {
					return result.get();
				}
				othersKnown = true;
			}
			backoff.pause();
		}
	}

	private StoredRefresh entry(DueTokens refresh) {
		RefreshKey key = RefreshKey.of(refresh, this.properties.keyScope(), this.namespace, this.keys);
		return new StoredRefresh(key, this.store, this.properties);
	}

	private static RefreshRecord read(StoredRefresh entry, byte[] record) {
		try {
			return entry.read(record);
		}
		catch (StateStoreException ex) {
			throw lost(ex);
		}
	}

	/**
	 * Asks the store. If it fails, a request that knows of others must not call the
	 * provider: the refresh token that it has may be spent.
	 */
	private static <T> T ask(Supplier<T> command, boolean othersKnown) {
		try {
			return command.get();
		}
		catch (StateStoreException ex) {
			if (!othersKnown) {
				throw ex;
			}
			throw awayWhileOthersKnown(ex);
		}
	}

	static CoordinationException away(StateStoreException cause) {
		return new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
				"The store did not answer, and oauth2-state.refresh.on-store-failure is 'fail'", cause);
	}

	static CoordinationException awayWhileOthersKnown(StateStoreException cause) {
		return new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
				"The store did not answer while another request had the refresh token", cause);
	}

	static CoordinationException lost(StateStoreException cause) {
		return new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
				"The store did not return the tokens that another request has obtained", cause);
	}

	static CoordinationException tooManyGenerations() {
		return new CoordinationException(TokenRefreshOutcome.FAILED, "New tokens are due again all the time");
	}

	static String refreshToken(DueTokens refresh) {
		OAuth2RefreshToken token = refresh.refreshToken();
		Assert.state(token != null, "Only a refresh token is replaced");
		return token.getTokenValue();
	}

	/**
	 * Waits until the lease of another request is gone or replaced. If the store fails,
	 * asks it again: a second call of the provider could cost the user both tokens.
	 */
	private static void awaitChange(StoredRefresh entry, byte[] lease, Backoff backoff) {
		boolean changed = false;
		while (!changed) {
			backoff.pause();
			try {
				Optional<byte[]> found = entry.find();
				changed = found.isEmpty() || !Arrays.equals(found.get(), lease);
			}
			catch (StateStoreException ex) {
				// Asks again until the wait timeout
			}
		}
	}

	/**
	 * Stops sharing tokens, now or as soon as the store answers.
	 * @param accessToken the access token, or empty for any
	 */
	void withdraw(DueTokens refresh, Optional<String> accessToken) {
		try {
			tryWithdraw(refresh, accessToken);
		}
		catch (StateStoreException ex) {
			this.renewal.retry(() -> {
				tryWithdraw(refresh, accessToken);
				return true;
			});
		}
	}

	private void tryWithdraw(DueTokens refresh, Optional<String> accessToken) {
		StoredRefresh entry = entry(refresh);
		Optional<byte[]> found = entry.find();
		if (found.isPresent() && entry.read(found.get()) instanceof RefreshedTokens tokens
				&& (accessToken.isEmpty() || accessToken.get().equals(tokens.accessToken()))) {
			entry.remove(found.get());
		}
	}

	@Override
	public void close() {
		this.renewal.close();
	}

}
