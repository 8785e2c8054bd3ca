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
	 * @throws io.github.oauth2state.StateStoreException if the store did not answer
	 * before the provider was called
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
		while (true) {
			long asked = System.nanoTime();
			Optional<byte[]> found = this.store.putIfAbsent(flight.key(), lease, this.settings.lease());
			FlightRecord record = found.map((bytes) -> FlightCodec.read(flight, bytes)).orElse(null);
			if (record instanceof FlightRecord.Lease) {
				awaitChange(flight, found.orElseThrow(), backoff);
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
			}
		}
	}

	private static String refreshToken(TokenRefresh refresh) {
		OAuth2RefreshToken token = refresh.refreshToken();
		Assert.state(token != null, "Only a refresh token is replaced");
		return token.getTokenValue();
	}

	/**
	 * Waits for what becomes of another request's lease. A store that fails meanwhile
	 * ends it only when that request must have ended, too: two calls with one refresh
	 * token would cost the user both.
	 */
	private void awaitChange(Flight flight, byte[] lease, Backoff backoff) {
		long seen = System.nanoTime();
		while (true) {
			backoff.pause();
			try {
				Optional<byte[]> found = this.store.find(flight.key());
				if (found.isEmpty() || !Arrays.equals(found.get(), lease)) {
					return;
				}
				seen = System.nanoTime();
			}
			catch (StateStoreException ex) {
				if (System.nanoTime() - seen > this.settings.lease().toNanos()) {
					throw ex;
				}
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
