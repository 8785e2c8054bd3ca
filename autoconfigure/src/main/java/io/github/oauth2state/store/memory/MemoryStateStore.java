package io.github.oauth2state.store.memory;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.NonBlockingStore;

/**
 * A {@link StateStore} in the memory of this JVM, which no other instance sees.
 * <p>
 * When it is full, it refuses new records, as Redis does without memory. If it evicted
 * the oldest instead, anybody who begins enough logins could end those of all users.
 */
final class MemoryStateStore implements StateStore, NonBlockingStore {

	static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);

	static final Duration PURGE_INTERVAL_WHEN_FULL = Duration.ofSeconds(1);

	private final ConcurrentMap<StateKey, Entry> entries = new ConcurrentHashMap<>();

	private final InstantSource clock;

	private final int maxRecords;

	private long lastPurge;

	MemoryStateStore(InstantSource clock, int maxRecords) {
		this.clock = clock;
		this.maxRecords = maxRecords;
		this.lastPurge = clock.millis();
	}

	@Override
	public Optional<ReactiveStateStore> reactive() {
		return Optional.of(NonBlockingStore.inMemory(this));
	}

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		Entry added = entry("putIfAbsent", value, ttl);
		// Only one at a time adds records, so that there are never too many
		synchronized (this) {
			Optional<byte[]> there = find(key);
			if (there.isEmpty()) {
				purge(PURGE_INTERVAL);
				makeRoom(key);
				this.entries.put(key, added);
			}
			return there;
		}
	}

	private void makeRoom(StateKey key) {
		if (!isFull(key)) {
			return;
		}
		purge(PURGE_INTERVAL_WHEN_FULL);
		if (isFull(key)) {
			throw new StateStoreException(Reason.CONNECTION,
					"The store in memory is full: oauth2-state.memory.max-records is " + this.maxRecords, null);
		}
	}

	private boolean isFull(StateKey key) {
		return this.entries.size() >= this.maxRecords && !this.entries.containsKey(key);
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
		Entry replacement = entry("replace", value, ttl);
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

	private Entry entry(String operation, byte[] value, Duration ttl) {
		return new Entry(StateStore.checkLength(operation, value).clone(),
				this.clock.millis() + Math.max(1, ttl.toMillis()));
	}

	private boolean isLive(Entry entry) {
		return entry.expiresAt > this.clock.millis();
	}

	private boolean holds(@Nullable Entry entry, byte[] expected) {
		return entry != null && isLive(entry) && Arrays.equals(entry.value, expected);
	}

	/**
	 * Removes expired records.
	 */
	private void purge(Duration interval) {
		long now = this.clock.millis();
		if (now - this.lastPurge >= interval.toMillis()) {
			this.lastPurge = now;
			this.entries.values().removeIf((entry) -> !isLive(entry));
		}
	}

	@Override
	public String toString() {
		return "memory";
	}

	/**
	 * A value that was put once. It is not a record, as two entries with the same content
	 * are not equal.
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
