package io.github.oauth2state.scenario;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * A store that instances in one JVM share, notes what it is asked, and can be tampered
 * with.
 */
final class CountingStore implements StateStore {

	private final Map<StateKey, StoredRecord> records = new ConcurrentHashMap<>();

	private final List<String> operations = new CopyOnWriteArrayList<>();

	private volatile boolean failing;

	private volatile boolean repeating;

	private volatile boolean losing;

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		note("put");
		StoredRecord record = new StoredRecord(value, Instant.now().plus(ttl));
		StoredRecord there = this.records.putIfAbsent(key, record);
		if (this.repeating) {
			there = this.records.putIfAbsent(key, record);
		}
		return Optional.ofNullable(there).map(StoredRecord::value);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		note("find");
		return live(this.records.get(key));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		note("take");
		StoredRecord taken = this.records.remove(key);
		return this.losing ? Optional.empty() : live(taken);
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		note("replace");
		StoredRecord there = this.records.get(key);
		return there != null && Arrays.equals(there.value(), expected)
				&& this.records.replace(key, there, new StoredRecord(value, Instant.now().plus(ttl)));
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		throw new UnsupportedOperationException();
	}

	private static Optional<byte[]> live(StoredRecord record) {
		return Optional.ofNullable(record)
			.filter((found) -> found.expires().isAfter(Instant.now()))
			.map(StoredRecord::value);
	}

	private void note(String operation) {
		this.operations.add(operation);
		if (this.failing) {
			throw new StateStoreException(StateStoreException.Reason.CONNECTION, "The store is down", null);
		}
	}

	/**
	 * Returns what the store was asked since the last call.
	 */
	List<String> takeOperations() {
		List<String> taken = List.copyOf(this.operations);
		this.operations.clear();
		return taken;
	}

	/**
	 * Lets commands be sent twice, as by a client that has waited too long for the first
	 * answer.
	 */
	void setRepeating(boolean repeating) {
		this.repeating = repeating;
	}

	/**
	 * Lets another instance take every record first.
	 */
	void setLosing(boolean losing) {
		this.losing = losing;
	}

	void setFailing(boolean failing) {
		this.failing = failing;
	}

	void tamper(UnaryOperator<byte[]> change) {
		this.records
			.replaceAll((key, record) -> new StoredRecord(change.apply(record.value().clone()), record.expires()));
	}

	int size() {
		return this.records.size();
	}

	void clear() {
		this.records.clear();
		this.operations.clear();
		this.failing = false;
		this.losing = false;
	}

	@SuppressWarnings("ArrayRecordComponent")
	private record StoredRecord(byte[] value, Instant expires) {
	}

}
