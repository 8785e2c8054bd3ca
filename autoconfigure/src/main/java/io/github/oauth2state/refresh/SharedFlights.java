package io.github.oauth2state.refresh;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Lets the instances that want the same tokens agree on one that calls the provider. Who
 * finds nothing in the store puts a lease there and calls; who finds a lease waits for
 * what becomes of it; who finds a result takes it. Thread-safe.
 */
final class SharedFlights {

	/**
	 * How many results in a row may be due again when they are found.
	 */
	private static final int MAX_GENERATIONS = 5;

	private final StateStore store;

	private final RefreshSettings settings;

	private final FlightLeader leader;

	private final FlightResults results;

	private final Function<TokenRefresh, Flight> flights;

	private final RecentTokens recent;

	/**
	 * Creates the flights.
	 * @param store where instances meet
	 * @param settings how long things take
	 * @param leader what calls the provider
	 * @param results reads what it leaves
	 * @param flights tells what instances share of a refresh
	 * @param recent knows which tokens the app has removed
	 */
	SharedFlights(StateStore store, RefreshSettings settings, FlightLeader leader, FlightResults results,
			Function<TokenRefresh, Flight> flights, RecentTokens recent) {
		this.store = store;
		this.settings = settings;
		this.leader = leader;
		this.results = results;
		this.flights = flights;
		this.recent = recent;
	}

	/**
	 * Obtains tokens.
	 * @throws StateStoreException if the store did not answer, and nothing speaks against
	 * calling the provider without it
	 * @throws CoordinationException if it did not answer when it was known already that
	 * another request calls the provider or has called it, or if there was no end to
	 * waiting for others
	 */
	TokenRefreshResult fly(TokenRefresh refresh) {
		return fly(refresh, 1, new Backoff(this.settings.waitTimeout()));
	}

	private TokenRefreshResult fly(TokenRefresh refresh, int generation, Backoff backoff) {
		if (generation > MAX_GENERATIONS) {
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "New tokens are due again all the time");
		}
		Flight flight = this.flights.apply(refresh);
		byte[] lease = FlightCodec.newLease();
		boolean alone = generation == 1;
		while (true) {
			long asked = System.nanoTime();
			Optional<byte[]> found = putIfAbsent(flight, lease, alone);
			FlightRecord record = found.map((bytes) -> read(flight, bytes)).orElse(null);
			if (record instanceof FlightRecord.Lease) {
				awaitChange(flight, found.orElseThrow(), backoff);
				alone = false;
				continue;
			}
			if (record instanceof FlightRecord.Failure failure) {
				throw new OAuth2AuthorizationException(failure.error());
			}
			if (record instanceof FlightTokens tokens && tokens.answer(refresh)
					&& !this.recent.isRemoved(refresh, tokens)) {
				return new TokenRefreshResult(TokenRefreshOutcome.SHARED, tokens.response());
			}
			if (record instanceof FlightTokens tokens && tokens.replace(refresh)) {
				TokenRefresh next = refresh.next(tokens.response());
				TokenLineage.descends(refreshToken(refresh), refreshToken(next));
				return fly(next, generation + 1, backoff);
			}
			if (found.isEmpty() || takeOver(flight, found.get(), lease)) {
				Optional<TokenRefreshResult> result = this.leader.lead(refresh, flight, lease, asked, backoff);
				if (result.isPresent()) {
					return result.get();
				}
				alone = false;
			}
			backoff.pause();
		}
	}

	private FlightRecord read(Flight flight, byte[] record) {
		try {
			return this.results.read(flight, record);
		}
		catch (StateStoreException ex) {
			throw new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
					"The store did not give out the tokens that another request has obtained", ex);
		}
	}

	private Optional<byte[]> putIfAbsent(Flight flight, byte[] lease, boolean alone) {
		try {
			return putIfAbsent(flight, lease);
		}
		catch (StateStoreException ex) {
			if (alone) {
				throw ex;
			}
			throw new CoordinationException(TokenRefreshOutcome.STORE_ERROR,
					"The store did not answer while another request had the refresh token", ex);
		}
	}

	/**
	 * Asks a store that fails once more: a call of the provider that nobody agreed on may
	 * cost the user the tokens, and what fails is often one command.
	 */
	private Optional<byte[]> putIfAbsent(Flight flight, byte[] lease) {
		try {
			return putOrFind(flight, lease);
		}
		catch (StateStoreException ex) {
			return putOrFind(flight, lease);
		}
	}

	private Optional<byte[]> putOrFind(Flight flight, byte[] lease) {
		// The lease may be there, though an answer was lost, here or in a client that
		// repeats commands
		return this.store.putIfAbsent(flight.key(), lease, this.settings.lease())
			.filter((found) -> !Arrays.equals(found, lease));
	}

	/**
	 * Calls the provider without having agreed with anybody, and tells others as soon as
	 * the store answers again.
	 */
	TokenRefreshResult flyAlone(TokenRefresh refresh) {
		return this.leader.leadAlone(refresh, this.flights.apply(refresh));
	}

	/**
	 * Stops offering tokens.
	 * @param token the access token, or empty for any
	 * @throws StateStoreException if the store did not answer
	 */
	void forget(TokenRefresh refresh, Optional<String> token) {
		Flight flight = this.flights.apply(refresh);
		Optional<byte[]> found = this.store.find(flight.key());
		if (found.isPresent() && this.results.read(flight, found.get()) instanceof FlightTokens tokens
				&& (token.isEmpty() || token.get().equals(tokens.accessToken()))) {
			this.store.remove(flight.key(), found.get());
		}
	}

	private static String refreshToken(TokenRefresh refresh) {
		OAuth2RefreshToken token = refresh.refreshToken();
		Assert.state(token != null, "Only a refresh token is replaced");
		return token.getTokenValue();
	}

	/**
	 * Waits for what becomes of another request's lease. A store that fails meanwhile is
	 * asked again: to call the provider, too, could cost the user both tokens.
	 */
	private void awaitChange(Flight flight, byte[] lease, Backoff backoff) {
		boolean changed = false;
		while (!changed) {
			backoff.pause();
			try {
				Optional<byte[]> found = this.store.find(flight.key());
				changed = found.isEmpty() || !Arrays.equals(found.get(), lease);
			}
			catch (StateStoreException ex) {
				// There is time until the wait is over.
			}
		}
	}

	/**
	 * Puts a lease in the place of tokens that are due again, though the provider goes on
	 * with the same refresh token, or of what cannot be read.
	 */
	private boolean takeOver(Flight flight, byte[] found, byte[] lease) {
		return this.store.replace(flight.key(), found, lease, this.settings.lease());
	}

}
