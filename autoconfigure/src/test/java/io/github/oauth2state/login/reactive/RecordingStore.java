package io.github.oauth2state.login.reactive;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;

/**
 * A store of the app's own that notes what is called, and can fail or answer late.
 */
final class RecordingStore implements ReactiveStateStore {

	final List<String> calls = new CopyOnWriteArrayList<>();

	final Map<StateKey, byte[]> records = new ConcurrentHashMap<>();

	volatile boolean failing;

	volatile Mono<Void> beforeAnswer = Mono.empty();

	@Override
	public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return call("putIfAbsent", Mono.fromCallable(() -> this.records.putIfAbsent(key, value)));
	}

	@Override
	public Mono<byte[]> find(StateKey key) {
		return call("find", Mono.fromCallable(() -> this.records.get(key)));
	}

	@Override
	public Mono<byte[]> take(StateKey key) {
		return call("take", Mono.fromCallable(() -> this.records.remove(key)));
	}

	@Override
	public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return Mono.error(new UnsupportedOperationException());
	}

	@Override
	public Mono<Boolean> remove(StateKey key, byte[] expected) {
		return Mono.error(new UnsupportedOperationException());
	}

	private <T> Mono<T> call(String name, Mono<T> answer) {
		return Mono.defer(() -> {
			this.calls.add(name);
			return this.failing ? Mono
				.error(new StateStoreException(StateStoreException.Reason.TIMEOUT, "The store did not answer", null))
					: this.beforeAnswer.then(answer);
		});
	}

	List<String> takeCalls() {
		List<String> all = List.copyOf(this.calls);
		this.calls.clear();
		return all;
	}

}
