package io.github.oauth2state.record;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.springframework.util.Assert;

/**
 * The key derivation function HKDF with HMAC-SHA-256, RFC 5869. The JDK has one of its
 * own from release 25 on.
 */
final class Hkdf {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int HASH_LENGTH = 32;

	private static final int MAX_LENGTH = 255 * HASH_LENGTH;

	private Hkdf() {
	}

	/**
	 * Makes a salt of a text. No two texts have salts that derive the same keys: HMAC
	 * pads a key with zeros, so a text that ends with NUL is hashed.
	 * @param text the text
	 * @return the salt
	 */
	static byte[] salt(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (bytes.length == 0 || bytes[bytes.length - 1] != 0) {
			return bytes;
		}
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Derives key material, sections 2.2 and 2.3.
	 * @param salt the salt, possibly empty
	 * @param secret the input keying material
	 * @param info what the derived key is for
	 * @param length how many bytes to derive, at most 255 times 32
	 * @return the output keying material
	 */
	static byte[] derive(byte[] salt, byte[] secret, byte[] info, int length) {
		Assert.isTrue(length >= 0 && length <= MAX_LENGTH, "HKDF derives 0 to 8160 bytes");
		byte[] pseudorandomKey = hmac((salt.length > 0) ? salt : new byte[HASH_LENGTH], secret);
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		byte[] block = {};
		for (int counter = 1; output.size() < length; counter++) {
			block = hmac(pseudorandomKey, block, info, new byte[] { (byte) counter });
			output.writeBytes(block);
		}
		return Arrays.copyOf(output.toByteArray(), length);
	}

	private static byte[] hmac(byte[] key, byte[]... parts) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(new SecretKeySpec(key, ALGORITHM));
			for (byte[] part : parts) {
				mac.update(part);
			}
			return mac.doFinal();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
		}
	}

}
