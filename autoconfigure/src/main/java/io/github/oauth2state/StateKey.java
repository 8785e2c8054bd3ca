package io.github.oauth2state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Names a record in a {@link StateStore}: 32 bytes that tell nothing about what they were
 * made from.
 * <p>
 * A key is the SHA-256 digest of its parts, each preceded by its length, so that no two
 * lists of parts give the same key by concatenation. Immutable.
 */
public final class StateKey {

	/**
	 * The length of every key, in bytes.
	 */
	public static final int LENGTH = 32;

	/**
	 * Goes into every key. To change it is to lose every stored record.
	 */
	private static final byte FORMAT = 1;

	private final byte[] bytes;

	private StateKey(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Derives the key of a record.
	 * @param namespace the application, so that applications can share a store
	 * @param purpose what kind of record it is, so that kinds cannot be confused
	 * @param parts what the record is about
	 * @return the key
	 */
	public static StateKey of(String namespace, String purpose, String... parts) {
		byte[][] bytes = new byte[2 + parts.length][];
		bytes[0] = namespace.getBytes(StandardCharsets.UTF_8);
		bytes[1] = purpose.getBytes(StandardCharsets.UTF_8);
		int length = 1 + bytes.length * Integer.BYTES + bytes[0].length + bytes[1].length;
		for (int i = 0; i < parts.length; i++) {
			bytes[2 + i] = parts[i].getBytes(StandardCharsets.UTF_8);
			length += bytes[2 + i].length;
		}
		ByteBuffer digested = ByteBuffer.allocate(length).put(FORMAT);
		for (byte[] part : bytes) {
			digested.putInt(part.length).put(part);
		}
		try {
			return new StateKey(MessageDigest.getInstance("SHA-256").digest(digested.array()));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Returns the key that a store kept.
	 * @param bytes the {@value #LENGTH} bytes of {@link #toByteArray()}
	 * @return the key
	 * @throws IllegalArgumentException if there are more or fewer bytes
	 */
	public static StateKey fromByteArray(byte[] bytes) {
		if (bytes.length != LENGTH) {
			throw new IllegalArgumentException("A key has " + LENGTH + " bytes, not " + bytes.length);
		}
		return new StateKey(bytes.clone());
	}

	/**
	 * Returns the key as a store keeps it.
	 * @return a copy of the {@value #LENGTH} bytes; any byte value may occur in it
	 */
	public byte[] toByteArray() {
		return this.bytes.clone();
	}

	@Override
	public boolean equals(Object obj) {
		return (this == obj) || (obj instanceof StateKey other && Arrays.equals(this.bytes, other.bytes));
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

	/**
	 * Returns a text that does not disclose the key.
	 */
	@Override
	public String toString() {
		return "StateKey[hidden]";
	}

}
