package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

import io.github.oauth2state.StateKey;

/**
 * Makes the ids by which log lines and error pages name a login. They are hashes of the
 * record's key, which is itself a hash over a 256-bit secret.
 */
public final class CorrelationId {

	private static final byte[] PURPOSE = "oauth2-state correlation id".getBytes(StandardCharsets.US_ASCII);

	private static final int LENGTH = 6;

	private static final SecureRandom random = new SecureRandom();

	private CorrelationId() {
	}

	/**
	 * Returns the id of a login.
	 * @param key where its record is
	 * @return twelve hexadecimal digits
	 */
	static String of(StateKey key) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			digest.update(PURPOSE);
			return HexFormat.of().formatHex(digest.digest(key.toByteArray()), 0, LENGTH);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns an id for what cannot be told to belong to a login.
	 * @return twelve hexadecimal digits
	 */
	public static String random() {
		byte[] bytes = new byte[LENGTH];
		random.nextBytes(bytes);
		return HexFormat.of().formatHex(bytes);
	}

}
