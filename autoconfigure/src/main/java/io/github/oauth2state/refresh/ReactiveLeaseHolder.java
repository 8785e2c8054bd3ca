package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.Optional;

import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Obtains tokens for the request that holds a lease, as {@link LeaseHolder}, without
 * blocking a thread. Thread-safe.
 */
final class ReactiveLeaseHolder {

	private final RefreshProperties properties;

	private final ReactiveLeaseRenewal renewal;

	private final SealedResults results;

	ReactiveLeaseHolder(RefreshProperties properties, ReactiveLeaseRenewal renewal) {
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
	 */
	Mono<TokenRefreshResult> obtain(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry, Backoff backoff) {
		return ReactiveDueTokenRefresh.findStored(refresh)
			.flatMap((stored) -> publishTokens(refresh, entry,
					new TokenRefreshResult(TokenRefreshOutcome.STORED, stored.response()), backoff))
			.switchIfEmpty(Mono.defer(() -> callIfHeld(refresh, entry, backoff)));
	}

	private Mono<TokenRefreshResult> callIfHeld(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry,
			Backoff backoff) {
		Mono<Boolean> held = entry.isLeaseHalfOver() ? this.renewal.renew(entry) : Mono.just(true);
		return held.filter((still) -> still)
			.flatMap((still) -> this.renewal.renewDuring(entry, call(refresh))
				.onErrorResume((failure) -> publishFailure(refresh, entry, failure)))
			.flatMap((response) -> publishTokens(refresh, entry,
					new TokenRefreshResult(TokenRefreshOutcome.REFRESHED, response), backoff));
	}

	/**
	 * Obtains tokens without a lease, because the store does not answer. Publishes them
	 * as soon as it does.
	 */
	Mono<TokenRefreshResult> obtainWithoutLease(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry) {
		return call(refresh).map((response) -> {
			TokenRefreshResult own = new TokenRefreshResult(TokenRefreshOutcome.UNCOORDINATED, response);
			this.results.seal(refresh, entry, response)
				.ifPresent((sealed) -> publishLater(refresh, entry, sealed, own));
			return own;
		});
	}

	private static Mono<OAuth2AccessTokenResponse> call(ReactiveTokenRefresh refresh) {
		return Mono.defer(refresh::call)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("The token client returned nothing")));
	}

	/**
	 * Publishes tokens. The refresh token is spent by now, so this request uses the new
	 * tokens whatever goes wrong here.
	 * @return these tokens, or those that another holder has published before
	 */
	private Mono<TokenRefreshResult> publishTokens(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry,
			TokenRefreshResult own, Backoff backoff) {
		Optional<byte[]> sealed = this.results.seal(refresh, entry, own.response());
		if (sealed.isEmpty()) {
			return endLease(entry, Optional.empty(), Duration.ZERO).thenReturn(own);
		}
		return entry.toRecord(sealed.get())
			.flatMap((record) -> entry.replaceLease(record, this.properties.replayWindow())
				.flatMap((replaced) -> replaced ? Mono.just(own)
						: publishUntilTimeIsUp(refresh, entry, record, own, backoff)))
			.onErrorResume((ex) -> {
				this.results.warnOfDelay(refresh, ex);
				return Mono.empty();
			})
			.switchIfEmpty(Mono.fromSupplier(() -> {
				publishLater(refresh, entry, sealed.get(), own);
				return own;
			}));
	}

	private Mono<TokenRefreshResult> publishUntilTimeIsUp(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry,
			byte[] record, TokenRefreshResult own, Backoff backoff) {
		return publishWithoutLease(refresh, entry, record, own)
			.switchIfEmpty(Mono.defer(() -> Mono.justOrEmpty(backoff.next())
				.flatMap(Mono::delay)
				.flatMap((tick) -> publishUntilTimeIsUp(refresh, entry, record, own, backoff))));
	}

	private void publishLater(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry, byte[] sealed,
			TokenRefreshResult own) {
		this.renewal.retry(entry.toRecord(sealed)
			.flatMap((record) -> publishWithoutLease(refresh, entry, record, own))
			.hasElement());
	}

	/**
	 * Publishes tokens though the lease expired, as {@link LeaseHolder} does.
	 * @return empty if the entry has changed meanwhile
	 */
	private Mono<TokenRefreshResult> publishWithoutLease(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry,
			byte[] record, TokenRefreshResult own) {
		return entry.putIfAbsent(record, this.properties.replayWindow())
			.flatMap((found) -> found.isEmpty() ? Mono.just(own) : entry.read(found.get()).flatMap((read) -> {
				if (read instanceof RefreshedTokens published && published.satisfies(refresh)) {
					return Mono.just(new TokenRefreshResult(TokenRefreshOutcome.SHARED, published.response()));
				}
				return entry.replace(found.get(), record, this.properties.replayWindow())
					.flatMap((replaced) -> Mono.justOrEmpty(replaced ? Optional.of(own) : Optional.empty()));
			}));
	}

	/**
	 * Publishes a failure of the call.
	 * @return the failure, or empty if another request has taken over and may succeed
	 */
	private Mono<OAuth2AccessTokenResponse> publishFailure(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry,
			Throwable failure) {
		if (!(failure instanceof OAuth2AuthorizationException refusal)) {
			return publishFailure(entry, SealedResults.error(failure), this.properties.failureWindow())
				.then(Mono.error(failure));
		}
		return publishFailure(entry, refusal.getError(), this.results.retention(refresh, refusal.getError()))
			.flatMap((published) -> published ? Mono.just(false) : mayHaveSucceeded(entry))
			.flatMap((othersMayHave) -> othersMayHave ? Mono.empty() : Mono.error(failure));
	}

	private Mono<Boolean> publishFailure(ReactiveStoredRefresh entry, OAuth2Error error, Duration retention) {
		return endLease(entry, Optional.of(entry.seal(new RefreshRecord.Failure(error))), retention);
	}

	/**
	 * Returns whether another request has succeeded, or still may.
	 */
	private static Mono<Boolean> mayHaveSucceeded(ReactiveStoredRefresh entry) {
		return entry.find()
			.flatMap((found) -> found.isEmpty() ? Mono.just(false)
					: entry.read(found.get()).map((read) -> !(read instanceof RefreshRecord.Failure)))
			.onErrorReturn(StateStoreException.class, false);
	}

	/**
	 * Ends the lease, now or as soon as the store answers.
	 * @return whether this request still held it, as far as it knows
	 */
	private Mono<Boolean> endLease(ReactiveStoredRefresh entry, Optional<byte[]> record, Duration retention) {
		Mono<Boolean> end = (record.isEmpty() || retention.isZero()) ? entry.removeLease()
				: entry.replaceLease(record.get(), retention);
		return end.onErrorResume((ex) -> {
			this.results.warnOfDelayedEnd(ex);
			this.renewal.retry(end.thenReturn(true));
			return Mono.just(true);
		});
	}

}
