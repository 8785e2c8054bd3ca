package io.github.oauth2state.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store that notes what it is asked, and fails when it is told to.
 */
final class SwitchableStore implements StateStore {

	private final Map<StateKey, byte[]> records = new ConcurrentHashMap<>();

	private final List<Duration> ttls = new CopyOnWriteArrayList<>();

	private final List<String> operations = new CopyOnWriteArrayList<>();

	private volatile @Nullable RuntimeException failure;

	private volatile boolean repeating;

	@Override
	public String name() {
		return "switchable";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		this.ttls.add(ttl);
		note("put");
		if (this.repeating) {
			this.records.putIfAbsent(key, value);
		}
		return Optional.ofNullable(this.records.putIfAbsent(key, value));
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		note("take");
		return Optional.ofNullable(this.records.remove(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		throw new UnsupportedOperationException();
	}

	private void note(String operation) {
		this.operations.add(operation);
		RuntimeException thrown = this.failure;
		if (thrown != null) {
			throw thrown;
		}
	}

	void fail(@Nullable RuntimeException failure) {
		this.failure = failure;
	}

	void repeat() {
		this.repeating = true;
	}

	int size() {
		return this.records.size();
	}

	List<Duration> ttls() {
		return this.ttls;
	}

	/**
	 * Returns what the store was asked since the last call.
	 */
	List<String> takeOperations() {
		List<String> taken = List.copyOf(this.operations);
		this.operations.clear();
		return taken;
	}

	@Override
	public String toString() {
		return "switchable, for tests";
	}

}
