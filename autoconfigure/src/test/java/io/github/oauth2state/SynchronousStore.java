package io.github.oauth2state;

import java.time.Duration;
import java.util.concurrent.Callable;

import reactor.core.publisher.Mono;

/**
 * A store of the tests for reactive callers, on their own threads.
 */
public record SynchronousStore(StateStore store) implements ReactiveStateStore {

	@Override
	public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return call(() -> this.store.putIfAbsent(key, value, ttl).orElse(null));
	}

	@Override
	public Mono<byte[]> find(StateKey key) {
		return call(() -> this.store.find(key).orElse(null));
	}

	@Override
	public Mono<byte[]> take(StateKey key) {
		return call(() -> this.store.take(key).orElse(null));
	}

	@Override
	public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return call(() -> this.store.replace(key, expected, value, ttl));
	}

	@Override
	public Mono<Boolean> remove(StateKey key, byte[] expected) {
		return call(() -> this.store.remove(key, expected));
	}

	private static <T> Mono<T> call(Callable<T> operation) {
		return Mono.fromCallable(operation);
	}

}
