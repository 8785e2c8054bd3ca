package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * A store in a map, which counts calls and can fail.
 */
final class FakeStore implements StateStore, DisposableBean {

	final Map<StateKey, byte[]> records = new ConcurrentHashMap<>();

	final AtomicInteger calls = new AtomicInteger();

	volatile boolean failing;

	volatile @Nullable Duration lastTtl;

	@Override
	public void destroy() {
		this.records.clear();
	}

	@Override
	public String name() {
		return "fake";
	}

	private void call() {
		this.calls.incrementAndGet();
		if (this.failing) {
			throw new StateStoreException(Reason.CONNECTION, "Not reached", null);
		}
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		call();
		this.lastTtl = ttl;
		return Optional.ofNullable(this.records.putIfAbsent(key, value));
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		call();
		return Optional.ofNullable(this.records.get(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		call();
		return Optional.ofNullable(this.records.remove(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		call();
		return this.records.computeIfPresent(key,
				(same, there) -> Arrays.equals(there, expected) ? value : there) == value;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		call();
		return this.records.entrySet()
			.removeIf((entry) -> entry.getKey().equals(key) && Arrays.equals(entry.getValue(), expected));
	}

}
