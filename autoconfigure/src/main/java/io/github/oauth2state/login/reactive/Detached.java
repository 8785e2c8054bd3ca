package io.github.oauth2state.login.reactive;

import reactor.core.publisher.Mono;

/**
 * Completes what has begun although its subscriber cancels, as a subscriber does whose
 * client hangs up.
 */
final class Detached {

	private Detached() {
	}

	/**
	 * Returns a publisher that runs to its end once it is subscribed to.
	 */
	static <T> Mono<T> of(Mono<T> source) {
		return Mono.deferContextual((context) -> {
			Mono<T> running = source.contextWrite(context).cache();
			running.subscribe((value) -> {
			}, (ex) -> {
				// The subscriber that is still there gets it
			});
			return running;
		});
	}

}
