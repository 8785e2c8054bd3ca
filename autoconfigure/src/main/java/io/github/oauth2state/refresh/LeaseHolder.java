package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Obtains tokens for the request that holds a lease: calls the provider, and publishes
 * the result in place of the lease. If the lease has expired and another request has
 * taken over, the tokens that are published first are kept. Thread-safe.
 */
final class LeaseHolder {

	private final RefreshProperties properties;

	private final LeaseRenewal renewal;

	private final SealedResults results;

	LeaseHolder(RefreshProperties properties, LeaseRenewal renewal) {
		this.properties = properties;
		this.renewal = renewal;
		this.results = new SealedResults(properties);
	}

	/**
	 * Obtains tokens as the holder of the lease.
	 * @param refresh the tokens that are due
	 * @param entry the entry whose lease this request holds
	 * @param backoff the time that the request has left
	 * @return the tokens, or empty if another request has taken over the lease
	 * @throws OAuth2AuthorizationException if the provider gave no tokens
	 */
	Optional<TokenRefreshResult> obtain(TokenRefresh refresh, StoredRefresh entry, Backoff backoff) {
		Optional<RefreshedTokens> stored = RefreshedTokens.findStored(refresh);
		if (stored.isPresent()) {
			OAuth2AccessTokenResponse response = stored.get().response();
			return Optional.of(publishTokens(refresh, entry, TokenRefreshOutcome.STORED, response, backoff));
		}
		if (entry.isLeaseHalfOver() && !this.renewal.renew(entry)) {
			return Optional.empty();
		}
		OAuth2AccessTokenResponse response;
		try {
			response = this.renewal.renewDuring(entry, () -> call(refresh));
		}
		catch (OAuth2AuthorizationException ex) {
			boolean published = publishFailure(entry, ex.getError(), this.results.retention(refresh, ex.getError()));
			if (!published && mayHaveSucceeded(entry)) {
				return Optional.empty();
			}
			throw ex;
		}
		catch (Throwable ex) {
			publishFailure(entry, SealedResults.error(ex), this.properties.failureWindow());
			throw ex;
		}
		return Optional.of(publishTokens(refresh, entry, TokenRefreshOutcome.REFRESHED, response, backoff));
	}

	/**
	 * Obtains tokens without a lease, because the store does not answer. Publishes them
	 * as soon as it does.
	 */
	TokenRefreshResult obtainWithoutLease(TokenRefresh refresh, StoredRefresh entry) {
		TokenRefreshResult own = new TokenRefreshResult(TokenRefreshOutcome.UNCOORDINATED, call(refresh));
		this.results.seal(refresh, entry, own.response())
			.ifPresent((sealed) -> publishLater(refresh, entry, sealed, own));
		return own;
	}

	private static OAuth2AccessTokenResponse call(TokenRefresh refresh) {
		OAuth2AccessTokenResponse response = refresh.call();
		Assert.state(response != null, "The token client returned nothing");
		return response;
	}

	/**
	 * Publishes tokens. The refresh token is spent by now, so this request uses the new
	 * tokens whatever goes wrong here.
	 * @return these tokens, or those that another holder has published before
	 */
	private TokenRefreshResult publishTokens(TokenRefresh refresh, StoredRefresh entry, TokenRefreshOutcome outcome,
			OAuth2AccessTokenResponse response, Backoff backoff) {
		TokenRefreshResult own = new TokenRefreshResult(outcome, response);
		Optional<byte[]> sealed = this.results.seal(refresh, entry, response);
		if (sealed.isEmpty()) {
			endLease(entry, Optional.empty(), Duration.ZERO);
			return own;
		}
		try {
			byte[] record = entry.toRecord(sealed.get());
			if (entry.replaceLease(record, this.properties.replayWindow())) {
				return own;
			}
			do {
				Optional<TokenRefreshResult> result = publishWithoutLease(refresh, entry, record, own);
				if (result.isPresent()) {
					return result.get();
				}
			}
			while (backoff.tryPause());
		}
		catch (RuntimeException ex) {
			this.results.warnOfDelay(refresh, ex);
		}
		publishLater(refresh, entry, sealed.get(), own);
		return own;
	}

	private void publishLater(TokenRefresh refresh, StoredRefresh entry, byte[] sealed, TokenRefreshResult own) {
		this.renewal.retry(() -> publishWithoutLease(refresh, entry, entry.toRecord(sealed), own).isPresent());
	}

	/**
	 * Publishes tokens though the lease expired. Tokens that another holder has published
	 * are kept, because other requests use them already. A lease or an error is replaced:
	 * this request has spent the refresh token, so another call can only be refused.
	 * @return empty if the entry has changed meanwhile
	 */
	private Optional<TokenRefreshResult> publishWithoutLease(TokenRefresh refresh, StoredRefresh entry, byte[] record,
			TokenRefreshResult own) {
		Optional<byte[]> found = entry.putIfAbsent(record, this.properties.replayWindow());
		if (found.isEmpty()) {
			return Optional.of(own);
		}
		if (entry.read(found.get()) instanceof RefreshedTokens published && published.satisfies(refresh)) {
			return Optional.of(new TokenRefreshResult(TokenRefreshOutcome.SHARED, published.response()));
		}
		boolean replaced = entry.replace(found.get(), record, this.properties.replayWindow());
		return replaced ? Optional.of(own) : Optional.empty();
	}

	/**
	 * Publishes an error.
	 * @return whether this request still held the lease, as far as it knows
	 */
	private boolean publishFailure(StoredRefresh entry, OAuth2Error error, Duration retention) {
		return endLease(entry, Optional.of(entry.seal(new RefreshRecord.Failure(error))), retention);
	}

	/**
	 * Returns whether another request has succeeded, or still may.
	 */
	private static boolean mayHaveSucceeded(StoredRefresh entry) {
		try {
			return entry.find().map((found) -> !(entry.read(found) instanceof RefreshRecord.Failure)).orElse(false);
		}
		catch (StateStoreException ex) {
			return false;
		}
	}

	/**
	 * Ends the lease, now or as soon as the store answers.
	 * @return whether this request still held it, as far as it knows
	 */
	private boolean endLease(StoredRefresh entry, Optional<byte[]> record, Duration retention) {
		try {
			return tryEndLease(entry, record, retention);
		}
		catch (RuntimeException ex) {
			this.results.warnOfDelayedEnd(ex);
			this.renewal.retry(() -> {
				tryEndLease(entry, record, retention);
				return true;
			});
			return true;
		}
	}

	private static boolean tryEndLease(StoredRefresh entry, Optional<byte[]> record, Duration retention) {
		return (record.isEmpty() || retention.isZero()) ? entry.removeLease()
				: entry.replaceLease(record.get(), retention);
	}

}
