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
		MessageDigest digest = sha256();
		digest.update(FORMAT);
		update(digest, namespace);
		update(digest, purpose);
		for (String part : parts) {
			update(digest, part);
		}
		return new StateKey(digest.digest());
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

	private static void update(MessageDigest digest, String part) {
		byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
		digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
		digest.update(bytes);
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
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
