package io.github.oauth2state.refresh;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Runs to its end once it is started, also if all that wait for its result cancel.
 * Thread-safe.
 *
 * @param <T> the type of the result
 */
final class DetachedMono<T> {

	private final Sinks.One<T> sink = Sinks.one();

	/**
	 * Starts, once.
	 * @param source yields the result
	 * @param whenDone is run before those that wait receive it, possibly twice
	 */
	void start(Mono<T> source, Runnable whenDone) {
		try {
			source.subscribe((value) -> {
				whenDone.run();
				this.sink.tryEmitValue(value);
			}, (failure) -> fail(failure, whenDone), () -> {
				whenDone.run();
				this.sink.tryEmitEmpty();
			});
		}
		catch (Throwable ex) {
			// Reactor throws errors of the JVM
			fail(ex, whenDone);
		}
	}

	private void fail(Throwable failure, Runnable whenDone) {
		whenDone.run();
		this.sink.tryEmitError(failure);
	}

	/**
	 * Returns the result, for any number of subscribers.
	 */
	Mono<T> result() {
		return this.sink.asMono();
	}

}
