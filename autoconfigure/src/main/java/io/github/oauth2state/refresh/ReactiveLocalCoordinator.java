package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;

import reactor.core.publisher.Mono;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Coordinates the requests of this instance that want the same tokens, as
 * {@link LocalCoordinator}, but those that wait need no thread. What the first one does
 * goes on if its client hangs up: the refresh token may be spent already. Thread-safe.
 */
final class ReactiveLocalCoordinator {

	private final ConcurrentMap<LocalCoordinator.Key, CompletableFuture<TokenRefreshResult>> running = new ConcurrentHashMap<>();

	private final Duration waitTimeout;

	ReactiveLocalCoordinator(Duration waitTimeout) {
		this.waitTimeout = waitTimeout;
	}

	/**
	 * Obtains the tokens, or waits for another request with the same key that does.
	 * @param key tells which requests want the same tokens
	 * @param source obtains the tokens
	 */
	Mono<TokenRefreshResult> coordinate(LocalCoordinator.Key key, Mono<TokenRefreshResult> source) {
		return Mono.deferContextual((context) -> {
			CompletableFuture<TokenRefreshResult> own = new CompletableFuture<>();
			CompletableFuture<TokenRefreshResult> first = this.running.putIfAbsent(key, own);
			if (first != null) {
				return await(first);
			}
			return uncancelled(obtain(source.contextWrite(context)).whenComplete((result, failure) -> {
				if (failure != null) {
					own.completeExceptionally(failure);
				}
				else {
					own.complete(result);
				}
				this.running.remove(key, own);
			}));
		});
	}

	private static CompletableFuture<TokenRefreshResult> obtain(Mono<TokenRefreshResult> source) {
		try {
			return source.toFuture();
		}
		catch (Throwable ex) {
			// Reactor throws errors that it takes for those of the JVM
			return CompletableFuture.failedFuture(ex);
		}
	}

	private Mono<TokenRefreshResult> await(CompletableFuture<TokenRefreshResult> first) {
		return uncancelled(first).timeout(this.waitTimeout)
			.map((result) -> new TokenRefreshResult(TokenRefreshOutcome.COALESCED, result.response()))
			.onErrorMap((failure) -> (failure instanceof TimeoutException) ? LocalCoordinator.timedOut()
					: LocalCoordinator.copy(failure));
	}

	/**
	 * Returns what a running refresh yields. Cancelling it does not cancel the refresh.
	 */
	private static Mono<TokenRefreshResult> uncancelled(CompletableFuture<TokenRefreshResult> running) {
		return Mono.fromFuture(running, true);
	}

}
