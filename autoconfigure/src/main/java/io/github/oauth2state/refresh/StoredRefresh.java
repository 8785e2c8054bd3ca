package io.github.oauth2state.refresh;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * Reads and writes the entry in the store through which instances coordinate one refresh.
 * The entry holds the lease of the request that calls the provider, and then the result.
 * Each request has an object of its own, with a lease of its own.
 * <p>
 * A result that is larger than a store's limit is stored in parts, and the entry names
 * them.
 */
final class StoredRefresh {

	private static final byte LEASE = 1;

	private static final byte RESULT = 2;

	private static final byte PARTS = 3;

	private static final int LEASE_LENGTH = 17;

	private static final int MAX_RESULT_LENGTH = 1024 * 1024;

	private static final int PART_LENGTH = StateStore.MAX_VALUE_LENGTH;

	private static final int MAX_PARTS = 16;

	private static final int PARTS_ID_LENGTH = 16;

	private static final int PARTS_LENGTH = 1 + PARTS_ID_LENGTH + 1;

	private static final HexFormat HEX = HexFormat.of();

	private static final SecureRandom RANDOM = new SecureRandom();

	private final StateStore store;

	private final RefreshProperties properties;

	private final RefreshKey key;

	private final byte[] lease = newLease();

	private long leaseStart;

	StoredRefresh(RefreshKey key, StateStore store, RefreshProperties properties) {
		this.key = key;
		this.store = store;
		this.properties = properties;
	}

	/**
	 * Returns a new lease: a random number, which tells its holder from others.
	 */
	static byte[] newLease() {
		byte[] lease = new byte[LEASE_LENGTH];
		RANDOM.nextBytes(lease);
		lease[0] = LEASE;
		return lease;
	}

	/**
	 * Puts the lease of this request into the store, if the entry is absent. Tries twice
	 * if the store fails: often a single command fails, and a call without coordination
	 * may cost the user the tokens.
	 * @return the record that was found, or empty if this request holds the lease now
	 */
	Optional<byte[]> acquireLease() {
		this.leaseStart = System.nanoTime();
		try {
			return putLease();
		}
		catch (StateStoreException ex) {
			return putLease();
		}
	}

	private Optional<byte[]> putLease() {
		// The store may have this lease already, if an earlier answer was lost
		return this.store.putIfAbsent(this.key.location(), this.lease, this.properties.lease())
			.filter((found) -> !Arrays.equals(found, this.lease));
	}

	/**
	 * Puts the lease of this request in place of a record.
	 * @return whether the store still had the record
	 */
	boolean acquireLeaseInsteadOf(byte[] found) {
		return this.store.replace(this.key.location(), found, this.lease, this.properties.lease());
	}

	/**
	 * Renews the lease of this request.
	 * @return whether this request still held it
	 */
	boolean renewLease() {
		return this.store.replace(this.key.location(), this.lease, this.lease, this.properties.lease());
	}

	boolean isLeaseHalfOver() {
		return System.nanoTime() - this.leaseStart > this.properties.lease().dividedBy(2).toNanos();
	}

	/**
	 * Puts a record in place of the lease of this request.
	 * @return whether this request still held it
	 */
	boolean replaceLease(byte[] record, Duration ttl) {
		return this.store.replace(this.key.location(), this.lease, record, ttl);
	}

	/**
	 * Removes the lease of this request.
	 * @return whether this request still held it
	 */
	boolean removeLease() {
		return this.store.remove(this.key.location(), this.lease);
	}

	Optional<byte[]> find() {
		return this.store.find(this.key.location());
	}

	/**
	 * Returns the record that was found, or empty if this one was put.
	 */
	Optional<byte[]> putIfAbsent(byte[] record, Duration ttl) {
		return this.store.putIfAbsent(this.key.location(), record, ttl);
	}

	boolean replace(byte[] found, byte[] record, Duration ttl) {
		return this.store.replace(this.key.location(), found, record, ttl);
	}

	void remove(byte[] found) {
		this.store.remove(this.key.location(), found);
	}

	/**
	 * Seals tokens, without the additional parameters if these are too large.
	 * @throws IllegalArgumentException if the tokens are too large, or not valid Unicode
	 */
	byte[] seal(RefreshedTokens tokens) {
		byte[] result = seal(tokens.write(true));
		if (result.length > MAX_RESULT_LENGTH) {
			result = seal(tokens.write(false));
		}
		if (result.length > MAX_RESULT_LENGTH) {
			throw new IllegalArgumentException("They take " + result.length + " bytes");
		}
		return result;
	}

	byte[] seal(RefreshRecord.Failure failure) {
		return seal(failure.write());
	}

	byte[] seal(byte[] content) {
		byte[] sealed = this.key.seal(content);
		return ByteBuffer.allocate(1 + sealed.length).put(RESULT).put(sealed).array();
	}

	/**
	 * Returns the record for a sealed result. If the result is too large for one record,
	 * stores its parts, and returns a record that names them.
	 */
	byte[] toRecord(byte[] result) {
		if (result.length <= PART_LENGTH) {
			return result;
		}
		byte[] id = new byte[PARTS_ID_LENGTH];
		RANDOM.nextBytes(id);
		// Parts are stored before the record that names them, and must outlive it
		Duration ttl = this.properties.replayWindow().plus(this.properties.lease());
		int parts = (result.length + PART_LENGTH - 1) / PART_LENGTH;
		for (int i = 0; i < parts; i++) {
			byte[] part = Arrays.copyOfRange(result, i * PART_LENGTH, Math.min((i + 1) * PART_LENGTH, result.length));
			this.store.putIfAbsent(this.key.locationOfPart(HEX.formatHex(id), i), part, ttl);
		}
		return ByteBuffer.allocate(PARTS_LENGTH).put(PARTS).put(id).put((byte) parts).array();
	}

	/**
	 * Reads a record, and the parts that it names.
	 * @param record the record, possibly hostile
	 */
	RefreshRecord read(byte[] record) {
		if (record.length == LEASE_LENGTH && record[0] == LEASE) {
			return new RefreshRecord.Lease();
		}
		Optional<byte[]> result = (record.length == PARTS_LENGTH && record[0] == PARTS) ? findParts(record)
				: Optional.of(record);
		return result.filter((bytes) -> bytes.length > 0 && bytes[0] == RESULT)
			.flatMap((bytes) -> this.key.open(Arrays.copyOfRange(bytes, 1, bytes.length)))
			.map(RefreshRecord::read)
			.orElseGet(RefreshRecord.Unreadable::new);
	}

	private Optional<byte[]> findParts(byte[] record) {
		byte[] id = Arrays.copyOfRange(record, 1, 1 + PARTS_ID_LENGTH);
		int parts = record[PARTS_LENGTH - 1];
		ByteArrayOutputStream result = new ByteArrayOutputStream();
		for (int i = 0; i < Math.min(parts, MAX_PARTS); i++) {
			Optional<byte[]> part = this.store.find(this.key.locationOfPart(HEX.formatHex(id), i));
			if (part.isEmpty()) {
				return Optional.empty();
			}
			result.writeBytes(part.get());
		}
		return Optional.of(result.toByteArray());
	}

	@Override
	public String toString() {
		return "StoredRefresh[hidden]";
	}

}
