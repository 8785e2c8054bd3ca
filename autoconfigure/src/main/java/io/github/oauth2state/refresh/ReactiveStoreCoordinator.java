package io.github.oauth2state.refresh;

import java.util.Arrays;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import reactor.core.publisher.Mono;

import io.github.oauth2state.DueTokens;
import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.ReactiveTokenRefresh;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.refresh.RefreshProperties.WithoutStore;

/**
 * Coordinates the instances through the store, as {@link StoreCoordinator} and with the
 * same records, but those that wait need no thread. Thread-safe.
 */
final class ReactiveStoreCoordinator implements AutoCloseable {

	private final RefreshProperties properties;

	private final String namespace;

	private final ReactiveStateStore store;

	private final @Nullable Keyring keys;

	private final RecentTokens recent;

	private final ReactiveLeaseRenewal renewal;

	private final ReactiveLeaseHolder holder;

	/**
	 * Creates a coordinator.
	 * @param properties the lease, the timeout and the windows
	 * @param namespace what keeps this app's entries apart from those of others
	 * @param store the store that instances share
	 * @param keys the keys for results of client credentials, if configured
	 * @param recent knows which tokens by client credentials the app has removed
	 */
	ReactiveStoreCoordinator(RefreshProperties properties, String namespace, ReactiveStateStore store,
			@Nullable Keyring keys, RecentTokens recent) {
		this.properties = properties;
		this.namespace = namespace;
		this.store = store;
		this.keys = keys;
		this.recent = recent;
		this.renewal = new ReactiveLeaseRenewal(properties);
		this.holder = new ReactiveLeaseHolder(properties, this.renewal);
	}

	/**
	 * Obtains tokens, by calling the provider or from another request.
	 */
	Mono<TokenRefreshResult> coordinate(ReactiveTokenRefresh refresh) {
		return Mono.defer(() -> {
			Backoff backoff = new Backoff(this.properties.waitTimeout());
			return coordinate(new Step(refresh, entry(refresh), 1, false, backoff));
		}).onErrorResume(StateStoreException.class, (ex) -> {
			if (this.properties.onStoreFailure() == WithoutStore.FAIL) {
				return Mono.error(StoreCoordinator.away(ex));
			}
			return this.holder.obtainWithoutLease(refresh, entry(refresh));
		});
	}

	/**
	 * Obtains tokens. Ends with a {@link StateStoreException} if the store did not
	 * answer, and this request knows of no other one that calls the provider.
	 */
	private Mono<TokenRefreshResult> coordinate(Step step) {
		return ask(step.entry().acquireLease(), step).flatMap((found) -> {
			if (found.isEmpty()) {
				return hold(step);
			}
			return step.entry()
				.read(found.get())
				.onErrorMap(StateStoreException.class, StoreCoordinator::lost)
				.flatMap((record) -> isRemoved(step.refresh(), record)
					.flatMap((removed) -> react(step, found.get(), record, removed)));
		});
	}

	private Mono<TokenRefreshResult> react(Step step, byte[] found, RefreshRecord record, boolean removed) {
		return switch (record.reaction(step.refresh(), (tokens) -> removed)) {
			case WAIT -> awaitChange(step, found).then(Mono.defer(() -> coordinate(step.knowingOthers())));
			case FAIL -> Mono.error(new OAuth2AuthorizationException(((RefreshRecord.Failure) record).error()));
			case USE ->
				Mono.just(new TokenRefreshResult(TokenRefreshOutcome.SHARED, ((RefreshedTokens) record).response()));
			case FOLLOW -> follow(step, (RefreshedTokens) record);
			case TAKE_OVER -> ask(step.entry().acquireLeaseInsteadOf(found), step)
				.flatMap((acquired) -> acquired ? hold(step) : again(step));
		};
	}

	private Mono<Boolean> isRemoved(ReactiveTokenRefresh refresh, RefreshRecord record) {
		if (!(record instanceof RefreshedTokens tokens) || !tokens.satisfies(refresh)) {
			return Mono.just(false);
		}
		return isRemoved(this.recent, refresh, tokens);
	}

	/**
	 * Tells whether the app has removed tokens, as {@link RecentTokens#isRemoved}.
	 */
	static Mono<Boolean> isRemoved(RecentTokens recent, ReactiveTokenRefresh refresh, RefreshedTokens tokens) {
		return switch (recent.removal(refresh, tokens)) {
			case NO -> Mono.just(false);
			case YES -> Mono.just(true);
			case UNLESS_STORED -> (refresh instanceof ReactiveDueTokenRefresh due)
					? due.isStored(tokens.accessToken()).map((stored) -> !stored) : Mono.just(false);
		};
	}

	private Mono<TokenRefreshResult> follow(Step step, RefreshedTokens tokens) {
		if (step.generation() == StoreCoordinator.MAX_GENERATIONS) {
			return Mono.error(StoreCoordinator.tooManyGenerations());
		}
		return Mono.deferContextual((context) -> {
			ReactiveTokenRefresh next = step.refresh().next(tokens.response());
			ReactiveDueTokenRefresh.notes(context)
				.noteDescent(StoreCoordinator.refreshToken(step.refresh()), StoreCoordinator.refreshToken(next));
			return coordinate(new Step(next, entry(next), step.generation() + 1, true, step.backoff()));
		});
	}

	private Mono<TokenRefreshResult> hold(Step step) {
		return this.holder.obtain(step.refresh(), step.entry(), step.backoff())
			.switchIfEmpty(Mono.defer(() -> again(step.knowingOthers())));
	}

	private Mono<TokenRefreshResult> again(Step step) {
		return pause(step).then(Mono.defer(() -> coordinate(step)));
	}

	private static Mono<Long> pause(Step step) {
		return Mono.defer(() -> step.backoff().next().map(Mono::delay).orElseGet(() -> Mono.error(Backoff.timedOut())));
	}

	/**
	 * Asks the store. If it fails, a request that knows of others must not call the
	 * provider: the refresh token that it has may be spent.
	 */
	private static <T> Mono<T> ask(Mono<T> command, Step step) {
		return step.othersKnown()
				? command.onErrorMap(StateStoreException.class, StoreCoordinator::awayWhileOthersKnown) : command;
	}

	/**
	 * Waits until the lease of another request is gone or replaced. If the store fails,
	 * asks it again: a second call of the provider could cost the user both tokens.
	 */
	private static Mono<Void> awaitChange(Step step, byte[] lease) {
		return pause(step)
			.then(step.entry().find().map((found) -> found.isEmpty() || !Arrays.equals(found.get(), lease)))
			.onErrorReturn(StateStoreException.class, false)
			.repeat()
			.takeUntil((changed) -> changed)
			.then();
	}

	private ReactiveStoredRefresh entry(DueTokens refresh) {
		RefreshKey key = RefreshKey.of(refresh, this.properties.keyScope(), this.namespace, this.keys);
		return new ReactiveStoredRefresh(key, this.store, this.properties);
	}

	/**
	 * Stops sharing tokens, now or as soon as the store answers.
	 * @param accessToken the access token, or empty for any
	 */
	Mono<Void> withdraw(DueTokens refresh, Optional<String> accessToken) {
		Mono<Boolean> withdrawal = Mono.defer(() -> {
			ReactiveStoredRefresh entry = entry(refresh);
			return entry.find()
				.flatMap(Mono::justOrEmpty)
				.filterWhen((found) -> entry.read(found)
					.map((record) -> record instanceof RefreshedTokens tokens
							&& (accessToken.isEmpty() || accessToken.get().equals(tokens.accessToken()))))
				.flatMap(entry::remove)
				.thenReturn(true);
		});
		return withdrawal.onErrorResume(StateStoreException.class, (ex) -> {
			this.renewal.retry(withdrawal);
			return Mono.empty();
		}).then();
	}

	@Override
	public void close() {
		this.renewal.close();
	}

	/**
	 * A step of a request towards its tokens.
	 *
	 * @param refresh the tokens that are due
	 * @param entry the entry for them
	 * @param generation how many results in a row were due again when they were found
	 * @param othersKnown whether the request knows of others that call the provider
	 * @param backoff the time that the request has left
	 */
	private record Step(ReactiveTokenRefresh refresh, ReactiveStoredRefresh entry, int generation, boolean othersKnown,
			Backoff backoff) {

		Step knowingOthers() {
			return new Step(this.refresh, this.entry, this.generation, true, this.backoff);
		}

	}

}
