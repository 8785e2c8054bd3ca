package io.github.oauth2state.tokens;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store that notes its commands, and lets a test do something in between.
 */
class RecordingStore implements StateStore {

	final Map<StateKey, byte[]> records = new LinkedHashMap<>();

	final List<String> calls = new ArrayList<>();

	Duration ttl = Duration.ZERO;

	Runnable beforeReplace = () -> {
	};

	Runnable beforeRemove = () -> {
	};

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration timeToLive) {
		this.calls.add("putIfAbsent");
		byte[] stored = this.records.putIfAbsent(key, value);
		this.ttl = (stored != null) ? this.ttl : timeToLive;
		return Optional.ofNullable(stored);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		this.calls.add("find");
		return Optional.ofNullable(this.records.get(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		this.calls.add("take");
		return Optional.ofNullable(this.records.remove(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration timeToLive) {
		this.calls.add("replace");
		this.beforeReplace.run();
		if (!Arrays.equals(this.records.get(key), expected)) {
			return false;
		}
		this.records.put(key, value);
		this.ttl = timeToLive;
		return true;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		this.calls.add("remove");
		this.beforeRemove.run();
		return Arrays.equals(this.records.get(key), expected) && this.records.remove(key) != null;
	}

	List<String> callsDuring(Runnable work) {
		this.calls.clear();
		work.run();
		return List.copyOf(this.calls);
	}

}
