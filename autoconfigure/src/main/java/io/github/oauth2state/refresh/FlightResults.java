package io.github.oauth2state.refresh;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * Makes records of sealed results. A result that is larger than what a store keeps under
 * one key is cut into parts, and its record tells where they are. Thread-safe.
 */
final class FlightResults {

	private static final String PURPOSE = "refresh-part";

	private static final byte PARTS = 3;

	private static final int ID_LENGTH = 16;

	private static final int RECORD_LENGTH = 1 + ID_LENGTH + 1;

	/**
	 * What every store keeps under one key, as StateStore says.
	 */
	private static final int MAX_LENGTH = 64 * 1024;

	private static final int MAX_PARTS = 16;

	private static final SecureRandom RANDOM = new SecureRandom();

	private final StateStore store;

	private final String namespace;

	/**
	 * Parts are put before the record that names them, and must be there for as long.
	 */
	private final Duration ttl;

	FlightResults(StateStore store, RefreshSettings settings) {
		this.store = store;
		this.namespace = settings.namespace();
		this.ttl = settings.replayWindow().plus(settings.lease());
	}

	/**
	 * Makes a record of a result, and stores the parts of one that is large.
	 * @param flight the flight that it is the result of
	 * @param sealed the result
	 * @return the record
	 */
	byte[] write(Flight flight, byte[] sealed) {
		if (sealed.length <= MAX_LENGTH) {
			return sealed;
		}
		byte[] id = new byte[ID_LENGTH];
		RANDOM.nextBytes(id);
		int parts = (sealed.length + MAX_LENGTH - 1) / MAX_LENGTH;
		for (int i = 0; i < parts; i++) {
			byte[] part = Arrays.copyOfRange(sealed, i * MAX_LENGTH, Math.min((i + 1) * MAX_LENGTH, sealed.length));
			this.store.putIfAbsent(key(flight, id, i), part, this.ttl);
		}
		return ByteBuffer.allocate(RECORD_LENGTH).put(PARTS).put(id).put((byte) parts).array();
	}

	/**
	 * Reads a record.
	 * @param flight the flight that it was found for
	 * @param record the record, however hostile
	 * @return what it says
	 */
	FlightRecord read(Flight flight, byte[] record) {
		if (record.length != RECORD_LENGTH || record[0] != PARTS) {
			return FlightCodec.read(flight, record);
		}
		byte[] id = Arrays.copyOfRange(record, 1, 1 + ID_LENGTH);
		int parts = record[RECORD_LENGTH - 1];
		ByteArrayOutputStream sealed = new ByteArrayOutputStream();
		for (int i = 0; i < Math.min(parts, MAX_PARTS); i++) {
			Optional<byte[]> part = this.store.find(key(flight, id, i));
			if (part.isEmpty()) {
				return new FlightRecord.Unreadable();
			}
			sealed.writeBytes(part.get());
		}
		return FlightCodec.read(flight, sealed.toByteArray());
	}

	private StateKey key(Flight flight, byte[] id, int part) {
		HexFormat hex = HexFormat.of();
		return StateKey.of(this.namespace, PURPOSE, hex.formatHex(flight.key().toByteArray()), hex.formatHex(id),
				Integer.toString(part));
	}

}
