package io.github.oauth2state.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store as an app could write one, on anything that is a {@link ConcurrentMap}: each
 * call is one atomic operation on one entry.
 */
class MapStateStore implements StateStore {

	private final ConcurrentMap<StateKey, Entry> entries = new ConcurrentHashMap<>();

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		Entry mine = Entry.of("putIfAbsent", value, ttl);
		Entry there = this.entries.merge(key, mine, (old, fresh) -> old.isLive() ? old : fresh);
		return (there != mine) ? Optional.of(there.value.clone()) : Optional.empty();
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return value(this.entries.get(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return value(this.entries.remove(key));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		Entry mine = Entry.of("replace", value, ttl);
		return this.entries.computeIfPresent(key, (same, old) -> old.holds(expected) ? mine : old) == mine;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		AtomicBoolean removed = new AtomicBoolean();
		this.entries.computeIfPresent(key, (same, old) -> {
			removed.set(old.holds(expected));
			return removed.get() ? null : old;
		});
		return removed.get();
	}

	private static Optional<byte[]> value(@Nullable Entry entry) {
		return (entry != null && entry.isLive()) ? Optional.of(entry.value.clone()) : Optional.empty();
	}

	/**
	 * A value and when it expires, by the clock that all calls of this store share.
	 */
	private static final class Entry {

		private final byte[] value;

		private final long expiry;

		private Entry(byte[] value, long expiry) {
			this.value = value;
			this.expiry = expiry;
		}

		static Entry of(String operation, byte[] value, Duration ttl) {
			return new Entry(StateStore.checkLength(operation, value).clone(), System.nanoTime() + ttl.toNanos());
		}

		boolean isLive() {
			return System.nanoTime() - this.expiry < 0;
		}

		boolean holds(byte[] expected) {
			return isLive() && Arrays.equals(this.value, expected);
		}

	}

}
