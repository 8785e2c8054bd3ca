package io.github.oauth2state.refresh;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Reads and writes the entry in the store through which instances coordinate one refresh.
 */
final class StoredRefresh extends RefreshEntry {

	private final StateStore store;

	StoredRefresh(RefreshKey key, StateStore store, RefreshProperties properties) {
		super(key, properties);
		this.store = store;
	}

	/**
	 * Puts the lease of this request into the store, if the entry is absent. Tries twice
	 * if the store fails: often a single command fails, and a call without coordination
	 * may cost the user the tokens.
	 * @return the record that was found, or empty if this request holds the lease now
	 */
	Optional<byte[]> acquireLease() {
		noteLeaseStart();
		try {
			return putLease();
		}
		catch (StateStoreException ex) {
			return putLease();
		}
	}

	private Optional<byte[]> putLease() {
		return this.store.putIfAbsent(location(), lease(), leaseTime()).filter((found) -> !isOwnLease(found));
	}

	/**
	 * Puts the lease of this request in place of a record.
	 * @return whether the store still had the record
	 */
	boolean acquireLeaseInsteadOf(byte[] found) {
		return this.store.replace(location(), found, lease(), leaseTime());
	}

	/**
	 * Renews the lease of this request.
	 * @return whether this request still held it
	 */
	boolean renewLease() {
		return this.store.replace(location(), lease(), lease(), leaseTime());
	}

	/**
	 * Puts a record in place of the lease of this request.
	 * @return whether this request still held it
	 */
	boolean replaceLease(byte[] record, Duration ttl) {
		return this.store.replace(location(), lease(), record, ttl);
	}

	/**
	 * Removes the lease of this request.
	 * @return whether this request still held it
	 */
	boolean removeLease() {
		return this.store.remove(location(), lease());
	}

	Optional<byte[]> find() {
		return this.store.find(location());
	}

	/**
	 * Returns the record that was found, or empty if this one was put.
	 */
	Optional<byte[]> putIfAbsent(byte[] record, Duration ttl) {
		return this.store.putIfAbsent(location(), record, ttl);
	}

	boolean replace(byte[] found, byte[] record, Duration ttl) {
		return this.store.replace(location(), found, record, ttl);
	}

	void remove(byte[] found) {
		this.store.remove(location(), found);
	}

	/**
	 * Returns the record for a sealed result. If the result is too large for one record,
	 * stores its parts, and returns a record that names them.
	 */
	byte[] toRecord(byte[] result) {
		Stored stored = toStore(result);
		stored.parts().forEach((location, part) -> this.store.putIfAbsent(location, part, timeOfParts()));
		return stored.record();
	}

	/**
	 * Reads a record, and the parts that it names.
	 * @param record the record, possibly hostile
	 */
	RefreshRecord read(byte[] record) {
		List<StateKey> parts = parts(record);
		if (parts.isEmpty()) {
			return open(record);
		}
		ByteArrayOutputStream result = new ByteArrayOutputStream();
		for (StateKey location : parts) {
			Optional<byte[]> part = this.store.find(location);
			if (part.isEmpty()) {
				return new RefreshRecord.Unreadable();
			}
			result.writeBytes(part.get());
		}
		return open(result.toByteArray());
	}

}
