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

	private final Function<TokenRefresh, Flight> flights;

	/**
	 * Creates the flights.
	 * @param store where instances meet
	 * @param settings how long things take
	 * @param leader what calls the provider
	 * @param flights tells what instances share of a refresh
	 */
	SharedFlights(StateStore store, RefreshSettings settings, FlightLeader leader,
			Function<TokenRefresh, Flight> flights) {
		this.store = store;
		this.settings = settings;
		this.leader = leader;
		this.flights = flights;
	}

	/**
	 * Obtains tokens.
	 * @throws StateStoreException if the store did not answer, and nothing speaks against
	 * calling the provider without it
	 * @throws CoordinationException if it did not answer when it was known already that
	 * another request calls the provider or has called it
	 */
	TokenRefreshResult fly(TokenRefresh refresh) {
		return fly(refresh, 1);
	}

	private TokenRefreshResult fly(TokenRefresh refresh, int generation) {
		if (generation > MAX_GENERATIONS) {
			throw new CoordinationException(TokenRefreshOutcome.FAILED, "New tokens are due again all the time");
		}
		Flight flight = this.flights.apply(refresh);
		byte[] lease = FlightCodec.newLease();
		Backoff backoff = new Backoff(this.settings.waitTimeout());
		boolean alone = generation == 1;
		while (true) {
			long asked = System.nanoTime();
			Optional<byte[]> found = putIfAbsent(flight, lease, alone);
			FlightRecord record = found.map((bytes) -> FlightCodec.read(flight, bytes)).orElse(null);
			if (record instanceof FlightRecord.Lease) {
				awaitChange(flight, found.orElseThrow(), backoff);
				alone = false;
				continue;
			}
			if (record instanceof FlightRecord.Failure failure) {
				throw new OAuth2AuthorizationException(failure.error());
			}
			if (record instanceof FlightTokens tokens && tokens.answer(refresh)) {
				return new TokenRefreshResult(TokenRefreshOutcome.SHARED, tokens.response());
			}
			if (record instanceof FlightTokens tokens && tokens.replace(refresh)) {
				TokenRefresh next = refresh.next(tokens.response());
				TokenLineage.descends(refreshToken(refresh), refreshToken(next));
				return fly(next, generation + 1);
			}
			if (found.isEmpty() || takeOver(flight, found.get(), lease)) {
				Optional<TokenRefreshResult> result = this.leader.lead(refresh, flight, lease, asked);
				if (result.isPresent()) {
					return result.get();
				}
				alone = false;
			}
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
			return this.store.putIfAbsent(flight.key(), lease, this.settings.lease());
		}
		catch (StateStoreException ex) {
			// The lease may be there, though the answer was lost.
			return this.store.putIfAbsent(flight.key(), lease, this.settings.lease())
				.filter((found) -> !Arrays.equals(found, lease));
		}
	}

	/**
	 * Calls the provider without having agreed with anybody, and tells others as soon as
	 * the store answers again.
	 */
	TokenRefreshResult flyAlone(TokenRefresh refresh) {
		return this.leader.leadAlone(refresh, this.flights.apply(refresh));
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
