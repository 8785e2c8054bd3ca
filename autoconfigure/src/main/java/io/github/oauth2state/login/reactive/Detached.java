package io.github.oauth2state.login.reactive;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

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
	 * @param source what to do
	 * @param undo undoes it if nobody waits for the result any more
	 */
	static <T> Mono<T> of(Mono<T> source, Function<T, Mono<Void>> undo) {
		return Mono.create((sink) -> {
			AtomicBoolean cancelled = new AtomicBoolean();
			sink.onCancel(() -> cancelled.set(true));
			source.flatMap((value) -> cancelled.get() ? undo.apply(value).then(Mono.<T>empty()) : Mono.just(value))
				.contextWrite(sink.contextView())
				.subscribe(sink::success, sink::error, sink::success);
		});
	}

}
