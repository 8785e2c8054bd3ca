package io.github.oauth2state.refresh;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * The entry in the store through which instances coordinate one refresh. It holds the
 * lease of the request that calls the provider, and then the result. Each request has an
 * object of its own, with a lease of its own. This class knows the forms of the records,
 * and its subclasses call the store.
 * <p>
 * A result that is larger than a store's limit is stored in parts, and the entry names
 * them.
 */
abstract class RefreshEntry {

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

	private final RefreshProperties properties;

	private final RefreshKey key;

	private final byte[] lease = newLease();

	private volatile long leaseStart;

	RefreshEntry(RefreshKey key, RefreshProperties properties) {
		this.key = key;
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

	StateKey location() {
		return this.key.location();
	}

	/**
	 * Returns the lease of this request.
	 */
	byte[] lease() {
		return this.lease;
	}

	Duration leaseTime() {
		return this.properties.lease();
	}

	/**
	 * Tells whether a record is the lease of this request. The store may have it already,
	 * if an earlier answer was lost.
	 */
	boolean isOwnLease(byte[] record) {
		return Arrays.equals(record, this.lease);
	}

	void noteLeaseStart() {
		this.leaseStart = System.nanoTime();
	}

	boolean isLeaseHalfOver() {
		return System.nanoTime() - this.leaseStart > this.properties.lease().dividedBy(2).toNanos();
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
	 * Returns what to store for a sealed result.
	 */
	Stored toStore(byte[] result) {
		if (result.length <= PART_LENGTH) {
			return new Stored(result, Map.of());
		}
		byte[] id = new byte[PARTS_ID_LENGTH];
		RANDOM.nextBytes(id);
		Map<StateKey, byte[]> parts = new LinkedHashMap<>();
		for (int start = 0; start < result.length; start += PART_LENGTH) {
			parts.put(this.key.locationOfPart(HEX.formatHex(id), parts.size()),
					Arrays.copyOfRange(result, start, Math.min(start + PART_LENGTH, result.length)));
		}
		byte[] record = ByteBuffer.allocate(PARTS_LENGTH).put(PARTS).put(id).put((byte) parts.size()).array();
		return new Stored(record, parts);
	}

	/**
	 * Returns how long parts are stored. They are stored before the record that names
	 * them, and must outlive it.
	 */
	Duration timeOfParts() {
		return this.properties.replayWindow().plus(this.properties.lease());
	}

	/**
	 * Returns where the parts of a result are that a record names.
	 * @param record the record, possibly hostile
	 */
	List<StateKey> parts(byte[] record) {
		List<StateKey> parts = new ArrayList<>();
		if (record.length == PARTS_LENGTH && record[0] == PARTS) {
			String id = HEX.formatHex(record, 1, 1 + PARTS_ID_LENGTH);
			for (int i = 0; i < Math.min(record[PARTS_LENGTH - 1], MAX_PARTS); i++) {
				parts.add(this.key.locationOfPart(id, i));
			}
		}
		return parts;
	}

	/**
	 * Opens a record that names no parts, or the parts that were put together.
	 * @param record the record, possibly hostile
	 */
	RefreshRecord open(byte[] record) {
		if (record.length == LEASE_LENGTH && record[0] == LEASE) {
			return new RefreshRecord.Lease();
		}
		return Optional.of(record)
			.filter((bytes) -> bytes.length > 0 && bytes[0] == RESULT)
			.flatMap((bytes) -> this.key.open(Arrays.copyOfRange(bytes, 1, bytes.length)))
			.map(RefreshRecord::read)
			.orElseGet(RefreshRecord.Unreadable::new);
	}

	@Override
	public String toString() {
		return getClass().getSimpleName() + "[hidden]";
	}

	/**
	 * What is stored for a result.
	 *
	 * @param record the record of the entry
	 * @param parts the parts that it names, to be stored first
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Stored(byte[] record, Map<StateKey, byte[]> parts) {
	}

}
