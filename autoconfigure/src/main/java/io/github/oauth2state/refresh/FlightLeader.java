package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.support.LimitedLog;

/**
 * What the holder of a lease does: call the provider, and leave the result where the
 * lease was. Whether the lease still was its own when it did so decides between it and
 * whoever took over meanwhile. Thread-safe.
 */
final class FlightLeader {

	/**
	 * What others are told whose refresh token is spent, but whose new tokens they cannot
	 * be given. With this code they keep what they have.
	 */
	private static final OAuth2Error NOT_SHARED = new OAuth2Error(OAuth2ErrorCodes.TEMPORARILY_UNAVAILABLE,
			"Another request has new tokens that cannot be shared", null);

	private final LimitedLog log = new LimitedLog(FlightLeader.class);

	private final StateStore store;

	private final RefreshSettings settings;

	private final LeaseRenewal renewal;

	private final FlightResults results;

	FlightLeader(StateStore store, RefreshSettings settings, LeaseRenewal renewal, FlightResults results) {
		this.store = store;
		this.settings = settings;
		this.renewal = renewal;
		this.results = results;
	}

	/**
	 * Obtains tokens.
	 * @param refresh the tokens that are due
	 * @param flight what instances share of it
	 * @param lease the lease that this request has
	 * @param leased before when it got it, by {@link System#nanoTime}
	 * @param backoff how long the request may still take
	 * @return the tokens, or empty if another request has the lease by now
	 * @throws OAuth2AuthorizationException if there are none
	 */
	Optional<TokenRefreshResult> lead(TokenRefresh refresh, Flight flight, byte[] lease, long leased, Backoff backoff) {
		Optional<FlightTokens> stored = StoredTokens.newerThan(refresh);
		if (stored.isPresent()) {
			OAuth2AccessTokenResponse response = stored.get().response();
			return Optional.of(land(refresh, flight, lease, TokenRefreshOutcome.STORED, response, backoff));
		}
		boolean paused = System.nanoTime() - leased > this.settings.lease().dividedBy(2).toNanos();
		if (paused && !this.renewal.renew(flight.key(), lease)) {
			return Optional.empty();
		}
		OAuth2AccessTokenResponse response;
		try {
			response = this.renewal.during(flight.key(), lease, () -> call(refresh));
		}
		catch (OAuth2AuthorizationException ex) {
			if (isTakenOver(flight, lease, ex.getError(), retention(refresh, ex.getError()))) {
				return Optional.empty();
			}
			throw ex;
		}
		catch (Throwable ex) {
			OAuth2Error error = new OAuth2Error(OAuth2ErrorCodes.SERVER_ERROR,
					"The token client failed: " + ex.getClass().getName(), null);
			isTakenOver(flight, lease, error, this.settings.failureWindow());
			throw ex;
		}
		return Optional.of(land(refresh, flight, lease, TokenRefreshOutcome.REFRESHED, response, backoff));
	}

	private static OAuth2AccessTokenResponse call(TokenRefresh refresh) {
		OAuth2AccessTokenResponse response = refresh.call();
		Assert.state(response != null, "The token client returned nothing");
		return response;
	}

	/**
	 * Obtains tokens without a lease, and offers them as soon as the store answers.
	 */
	TokenRefreshResult leadAlone(TokenRefresh refresh, Flight flight) {
		TokenRefreshResult own = new TokenRefreshResult(TokenRefreshOutcome.UNCOORDINATED, call(refresh));
		sealed(refresh, flight, own.response()).ifPresent((sealed) -> offerLater(refresh, flight, sealed, own));
		return own;
	}

	/**
	 * Offers tokens to whoever waits. The refresh token is spent by now, so nothing that
	 * goes wrong here is a reason not to use what came for it.
	 * @return these tokens, or those that another holder has offered already
	 */
	private TokenRefreshResult land(TokenRefresh refresh, Flight flight, byte[] lease, TokenRefreshOutcome outcome,
			OAuth2AccessTokenResponse response, Backoff backoff) {
		TokenRefreshResult own = new TokenRefreshResult(outcome, response);
		Optional<byte[]> sealed = sealed(refresh, flight, response);
		if (sealed.isEmpty()) {
			end(flight, lease, Optional.empty(), Duration.ZERO);
			return own;
		}
		try {
			byte[] record = this.results.write(flight, sealed.get());
			if (this.store.replace(flight.key(), lease, record, this.settings.replayWindow())) {
				return own;
			}
			do {
				Optional<TokenRefreshResult> landed = landBesides(refresh, flight, record, own);
				if (landed.isPresent()) {
					return landed.get();
				}
			}
			while (backoff.tryPause());
		}
		catch (RuntimeException ex) {
			warn("New tokens of registration '%s' could not be offered to other requests, trying again: %s", refresh,
					ex);
		}
		offerLater(refresh, flight, sealed.get(), own);
		return own;
	}

	/**
	 * Seals tokens. If that cannot be done, others are told so who would spend the same
	 * refresh token again.
	 * @return what to offer, or empty if others had better call the provider themselves
	 */
	private Optional<byte[]> sealed(TokenRefresh refresh, Flight flight, OAuth2AccessTokenResponse response) {
		try {
			return Optional.of(FlightCodec.write(flight, FlightTokens.of(refresh, response)));
		}
		catch (RuntimeException ex) {
			warn("New tokens of registration '%s' cannot be shared with other requests: %s", refresh, ex);
			return isSpent(refresh, response) ? Optional.of(FlightCodec.write(flight, NOT_SHARED)) : Optional.empty();
		}
	}

	private static boolean isSpent(TokenRefresh refresh, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken before = refresh.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		return before != null && after != null && !before.getTokenValue().equals(after.getTokenValue());
	}

	private void offerLater(TokenRefresh refresh, Flight flight, byte[] sealed, TokenRefreshResult own) {
		this.renewal.retry(() -> landBesides(refresh, flight, this.results.write(flight, sealed), own).isPresent());
	}

	/**
	 * Messages of exceptions that are not the library's own may say anything.
	 */
	private void warn(String message, TokenRefresh refresh, RuntimeException ex) {
		boolean own = ex instanceof StateStoreException || ex.getClass() == IllegalArgumentException.class;
		String reason = own ? String.valueOf(ex.getMessage()) : ex.getClass().getName();
		this.log.write((log) -> log.warn(message.formatted(refresh.registration().getRegistrationId(), reason)));
	}

	/**
	 * The lease ran out while its holder was away. Tokens that another one has offered
	 * are those that others use already; anything else, a lease or a failure, would end
	 * with a refusal, because this holder has spent the refresh token.
	 * @return empty if the record changed meanwhile
	 */
	private Optional<TokenRefreshResult> landBesides(TokenRefresh refresh, Flight flight, byte[] record,
			TokenRefreshResult own) {
		Optional<byte[]> found = this.store.putIfAbsent(flight.key(), record, this.settings.replayWindow());
		if (found.isEmpty()) {
			return Optional.of(own);
		}
		if (this.results.read(flight, found.get()) instanceof FlightTokens theirs && theirs.answer(refresh)) {
			return Optional.of(new TokenRefreshResult(TokenRefreshOutcome.SHARED, theirs.response()));
		}
		boolean replaced = this.store.replace(flight.key(), found.get(), record, this.settings.replayWindow());
		return replaced ? Optional.of(own) : Optional.empty();
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
		if (end(flight, lease, Optional.of(FlightCodec.write(flight, error)), retention)) {
			return false;
		}
		try {
			return this.store.find(flight.key())
				.map((found) -> !(this.results.read(flight, found) instanceof FlightRecord.Failure))
				.orElse(false);
		}
		catch (StateStoreException ex) {
			return false;
		}
	}

	/**
	 * Ends a lease, now or as soon as the store answers.
	 * @return whether it was still its holder's, as far as is known
	 */
	private boolean end(Flight flight, byte[] lease, Optional<byte[]> record, Duration retention) {
		try {
			return tryEnd(flight, lease, record, retention);
		}
		catch (RuntimeException ex) {
			this.log.write((log) -> log.warn(
					"A failed refresh could not be told to other requests, trying again: " + ex.getClass().getName()));
			this.renewal.retry(() -> {
				tryEnd(flight, lease, record, retention);
				return true;
			});
			return true;
		}
	}

	private boolean tryEnd(Flight flight, byte[] lease, Optional<byte[]> record, Duration retention) {
		return (record.isEmpty() || retention.isZero()) ? this.store.remove(flight.key(), lease)
				: this.store.replace(flight.key(), lease, record.get(), retention);
	}

}
