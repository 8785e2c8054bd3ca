package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.login.LimitedLog;

/**
 * What the holder of a lease does: call the provider, and leave the result where the
 * lease was. Whether the lease still was its own when it did so decides between it and
 * whoever took over meanwhile. Thread-safe.
 */
final class FlightLeader {

	private final LimitedLog log = new LimitedLog(FlightLeader.class);

	private final StateStore store;

	private final RefreshSettings settings;

	private final LeaseRenewal renewal;

	FlightLeader(StateStore store, RefreshSettings settings, LeaseRenewal renewal) {
		this.store = store;
		this.settings = settings;
		this.renewal = renewal;
	}

	/**
	 * Obtains tokens.
	 * @param refresh the tokens that are due
	 * @param flight what instances share of it
	 * @param lease the lease that this request has
	 * @param leased before when it got it, by {@link System#nanoTime}
	 * @return the tokens, or empty if another request has the lease by now
	 * @throws OAuth2AuthorizationException if there are none
	 */
	Optional<TokenRefreshResult> lead(TokenRefresh refresh, Flight flight, byte[] lease, long leased) {
		Optional<FlightTokens> stored = StoredTokens.newerThan(refresh);
		if (stored.isPresent()) {
			OAuth2AccessTokenResponse response = stored.get().response();
			return Optional.of(land(refresh, flight, lease, TokenRefreshOutcome.STORED, response));
		}
		boolean paused = System.nanoTime() - leased > this.settings.lease().dividedBy(2).toNanos();
		if (paused && !this.renewal.renew(flight.key(), lease)) {
			return Optional.empty();
		}
		OAuth2AccessTokenResponse response;
		try {
			response = this.renewal.during(flight.key(), lease, refresh::call);
		}
		catch (OAuth2AuthorizationException ex) {
			if (isTakenOver(flight, lease, ex.getError(), retention(refresh, ex.getError()))) {
				return Optional.empty();
			}
			throw ex;
		}
		catch (RuntimeException ex) {
			OAuth2Error error = new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR,
					"The token client failed: " + ex.getClass().getName(), null);
			isTakenOver(flight, lease, error, this.settings.failureWindow());
			throw ex;
		}
		return Optional.of(land(refresh, flight, lease, TokenRefreshOutcome.REFRESHED, response));
	}

	/**
	 * Obtains tokens without a lease, and offers them as soon as the store answers.
	 */
	TokenRefreshResult leadAlone(TokenRefresh refresh, Flight flight) {
		TokenRefreshResult own = new TokenRefreshResult(TokenRefreshOutcome.UNCOORDINATED, refresh.call());
		byte[] record = FlightCodec.write(flight, FlightTokens.of(refresh, own.response()));
		this.renewal.retry(() -> landBesides(refresh, flight, record, own));
		return own;
	}

	/**
	 * Offers tokens to whoever waits. The refresh token is spent by now, so nothing that
	 * goes wrong here is a reason not to use what came for it.
	 * @return these tokens, or those that another holder has offered already
	 */
	private TokenRefreshResult land(TokenRefresh refresh, Flight flight, byte[] lease, TokenRefreshOutcome outcome,
			OAuth2AccessTokenResponse response) {
		TokenRefreshResult own = new TokenRefreshResult(outcome, response);
		byte[] record = FlightCodec.write(flight, FlightTokens.of(refresh, response));
		try {
			if (this.store.replace(flight.key(), lease, record, this.settings.replayWindow())) {
				return own;
			}
			return landBesides(refresh, flight, record, own);
		}
		catch (RuntimeException ex) {
			this.log.write((log) -> log
				.warn("New tokens of registration '%s' could not be offered to other requests, trying again: %s"
					.formatted(refresh.registration().getRegistrationId(), describe(ex))));
			this.renewal.retry(() -> landBesides(refresh, flight, record, own));
			return own;
		}
	}

	/**
	 * Messages of exceptions that are not the library's own may say anything.
	 */
	private static String describe(RuntimeException ex) {
		return (ex instanceof StateStoreException) ? String.valueOf(ex.getMessage()) : ex.getClass().getName();
	}

	/**
	 * The lease ran out while its holder was away. Tokens that another one has offered
	 * are those that others use already; anything else, a lease or a failure, would end
	 * with a refusal, because this holder has spent the refresh token.
	 */
	private TokenRefreshResult landBesides(TokenRefresh refresh, Flight flight, byte[] record, TokenRefreshResult own) {
		while (true) {
			Optional<byte[]> found = this.store.putIfAbsent(flight.key(), record, this.settings.replayWindow());
			if (found.isEmpty()) {
				return own;
			}
			if (FlightCodec.read(flight, found.get()) instanceof FlightTokens theirs && theirs.answer(refresh)) {
				return new TokenRefreshResult(TokenRefreshOutcome.SHARED, theirs.response());
			}
			if (this.store.replace(flight.key(), found.get(), record, this.settings.replayWindow())) {
				return own;
			}
		}
	}

	/**
	 * A refresh token that was refused will be refused again; anything else may pass.
	 */
	private Duration retention(TokenRefresh refresh, OAuth2Error error) {
		boolean refused = refresh.refreshToken() != null && OAuth2ErrorCodes.INVALID_GRANT.equals(error.getErrorCode());
		return refused ? this.settings.replayWindow() : this.settings.failureWindow();
	}

	/**
	 * Tells whoever waits that there are no tokens.
	 * @return whether the lease ran out meanwhile and another request may have fared
	 * better
	 */
	private boolean isTakenOver(Flight flight, byte[] lease, OAuth2Error error, Duration retention) {
		try {
			boolean own = retention.isZero() ? this.store.remove(flight.key(), lease)
					: this.store.replace(flight.key(), lease, FlightCodec.write(flight, error), retention);
			return !own && this.store.find(flight.key())
				.map((found) -> !(FlightCodec.read(flight, found) instanceof FlightRecord.Failure))
				.orElse(false);
		}
		catch (StateStoreException | IllegalArgumentException ex) {
			this.log
				.write((log) -> log.warn("A failed refresh could not be told to other requests: " + ex.getMessage()));
			return false;
		}
	}

}
