package io.github.oauth2state.store;

import java.time.Duration;
import java.util.Optional;

import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * A reactive store of the app for callers that wait for its answers, such as the health
 * indicator.
 */
final class AwaitedStore implements StateStore, NonBlockingStore {

	private final ReactiveStateStore store;

	private final Duration timeout;

	/**
	 * Creates an instance.
	 * @param store the store
	 * @param timeout how long callers wait at most
	 */
	AwaitedStore(ReactiveStateStore store, Duration timeout) {
		this.store = store;
		this.timeout = timeout;
	}

	@Override
	public Optional<ReactiveStateStore> reactive() {
		return Optional.of(this.store);
	}

	@Override
	public String name() {
		return this.store.name();
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return await("putIfAbsent", this.store.putIfAbsent(key, value, ttl));
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return await("find", this.store.find(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return await("take", this.store.take(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return await("replace", this.store.replace(key, expected, value, ttl)).orElse(false);
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return await("remove", this.store.remove(key, expected)).orElse(false);
	}

	private <T> Optional<T> await(String operation, Mono<T> call) {
		return call
			.timeout(this.timeout,
					Mono.error(() -> new StateStoreException(Reason.TIMEOUT,
							"The store did not answer %s within oauth2-state.timeout".formatted(operation), null)))
			.blockOptional();
	}

	@Override
	public String toString() {
		return this.store.toString();
	}

}
