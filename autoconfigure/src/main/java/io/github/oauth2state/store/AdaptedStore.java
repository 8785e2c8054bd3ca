package io.github.oauth2state.store;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store for reactive callers that makes calls of a {@link StateStore} when it is
 * subscribed to: on the thread that subscribes, unless a subclass chooses another one.
 */
class AdaptedStore implements ReactiveStateStore {

	private final StateStore store;

	AdaptedStore(StateStore store) {
		this.store = store;
	}

	@Override
	public String name() {
		return this.store.name();
	}

	@Override
	public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return call(() -> this.store.putIfAbsent(key, value, ttl));
	}

	@Override
	public Mono<byte[]> find(StateKey key) {
		return call(() -> this.store.find(key));
	}

	@Override
	public Mono<byte[]> take(StateKey key) {
		return call(() -> this.store.take(key));
	}

	@Override
	public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return call(() -> Optional.of(this.store.replace(key, expected, value, ttl)));
	}

	@Override
	public Mono<Boolean> remove(StateKey key, byte[] expected) {
		return call(() -> Optional.of(this.store.remove(key, expected)));
	}

	<T> Mono<T> call(Supplier<Optional<T>> operation) {
		return Mono.fromSupplier(() -> operation.get().orElse(null));
	}

	@Override
	public String toString() {
		return this.store.toString();
	}

}
