package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import reactor.core.publisher.Mono;

import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;

/**
 * Coordinates the requests of this instance that want the same tokens, as
 * {@link LocalCoordinator}, but those that wait need no thread. What the first one does
 * goes on if its client hangs up: the refresh token may be spent already. Thread-safe.
 */
final class ReactiveLocalCoordinator {

	private final ConcurrentMap<LocalCoordinator.Key, DetachedMono<TokenRefreshResult>> running = new ConcurrentHashMap<>();

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
			DetachedMono<TokenRefreshResult> own = new DetachedMono<>();
			DetachedMono<TokenRefreshResult> first = this.running.putIfAbsent(key, own);
			if (first != null) {
				return await(first.result());
			}
			own.start(source.contextWrite(context), () -> this.running.remove(key, own));
			return own.result();
		});
	}

	private Mono<TokenRefreshResult> await(Mono<TokenRefreshResult> first) {
		return first.onErrorMap(LocalCoordinator::copy)
			.timeout(this.waitTimeout, Mono.error(LocalCoordinator::timedOut))
			.map((result) -> new TokenRefreshResult(TokenRefreshOutcome.COALESCED, result.response()));
	}

}
