package io.github.oauth2state.store.memory;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A {@link StateStore} that no other instance sees.
 */
final class MemoryStateStore implements StateStore {

	static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);

	private final ConcurrentMap<StateKey, Entry> entries = new ConcurrentHashMap<>();

	private final InstantSource clock;

	private final AtomicLong nextPurge;

	MemoryStateStore(InstantSource clock) {
		this.clock = clock;
		this.nextPurge = new AtomicLong(clock.millis() + PURGE_INTERVAL.toMillis());
	}

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		purgeWhenDue();
		Entry added = entry(value, ttl);
		Entry there = this.entries.merge(key, added, (old, fresh) -> isLive(old) ? old : fresh);
		return (there == added) ? Optional.empty() : Optional.of(there.value.clone());
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return Optional.ofNullable(this.entries.get(key)).filter(this::isLive).map((entry) -> entry.value.clone());
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return Optional.ofNullable(this.entries.remove(key)).filter(this::isLive).map((entry) -> entry.value);
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		Entry replacement = entry(value, ttl);
		return this.entries.computeIfPresent(key,
				(sameKey, there) -> holds(there, expected) ? replacement : there) == replacement;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		Entry there = this.entries.get(key);
		while (holds(there, expected)) {
			if (this.entries.remove(key, there)) {
				return true;
			}
			there = this.entries.get(key);
		}
		return false;
	}

	int size() {
		return this.entries.size();
	}

	private Entry entry(byte[] value, Duration ttl) {
		return new Entry(value.clone(), this.clock.millis() + Math.max(1, ttl.toMillis()));
	}

	private boolean isLive(Entry entry) {
		return entry.expiresAt > this.clock.millis();
	}

	private boolean holds(@Nullable Entry entry, byte[] expected) {
		return entry != null && isLive(entry) && Arrays.equals(entry.value, expected);
	}

	private void purgeWhenDue() {
		// Logins that are never finished must not fill the memory.
		long now = this.clock.millis();
		long due = this.nextPurge.get();
		if (now >= due && this.nextPurge.compareAndSet(due, now + PURGE_INTERVAL.toMillis())) {
			this.entries.values().removeIf((entry) -> !isLive(entry));
		}
	}

	@Override
	public String toString() {
		return "memory";
	}

	/**
	 * A value that was put once. No record, as two of the same content are not the same.
	 */
	private static final class Entry {

		private final byte[] value;

		private final long expiresAt;

		Entry(byte[] value, long expiresAt) {
			this.value = value;
			this.expiresAt = expiresAt;
		}

	}

}
