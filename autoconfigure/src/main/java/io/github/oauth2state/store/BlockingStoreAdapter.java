package io.github.oauth2state.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * Makes calls of a blocking store on threads that may block.
 */
final class BlockingStoreAdapter implements ReactiveStateStore {

	private final StateStore store;

	private final Scheduler scheduler;

	BlockingStoreAdapter(StateStore store, Scheduler scheduler) {
		this.store = store;
		this.scheduler = scheduler;
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

	private <T> Mono<T> call(Callable<Optional<T>> operation) {
		return Mono.fromCallable(operation).subscribeOn(this.scheduler).flatMap(Mono::justOrEmpty);
	}

	@Override
	public String toString() {
		return this.store.toString();
	}

}
