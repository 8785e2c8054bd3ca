package io.github.oauth2state.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives keys with HKDF-SHA-256 (RFC 5869), and seals bytes under them with AES-256-GCM
 * (NIST SP 800-38D). A key serves one purpose of one app, as both are part of its
 * derivation.
 * <p>
 * Sealed bytes are a format version, a random nonce, and the ciphertext with its tag. The
 * version is authenticated. The next version is accepted too, so that instances of two
 * releases can run side by side: the reader of the content skips what it does not know.
 */
public final class Seal {

	/**
	 * The version that is written.
	 */
	public static final byte VERSION = 1;

	private static final int NONCE_LENGTH = 12;

	private static final int TAG_BITS = 128;

	private static final int KEY_LENGTH = 32;

	private static final SecureRandom RANDOM = new SecureRandom();

	private Seal() {
	}

	/**
	 * Derives a key to seal under.
	 * @param purpose what is sealed
	 * @param namespace the namespace of the app
	 * @param salt a text that separates keys that are derived from the same secret, or an
	 * empty one
	 * @param secret what the key is derived from
	 * @return a key of 256 bits
	 */
	public static SecretKey key(String purpose, String namespace, String salt, byte[] secret) {
		return key(purpose, namespace, Hkdf.salt(salt), secret);
	}

	/**
	 * Derives a key to seal under.
	 * @param purpose what is sealed
	 * @param namespace the namespace of the app
	 * @param salt bytes of a fixed length that separate keys that are derived from the
	 * same secret
	 * @param secret what the key is derived from
	 * @return a key of 256 bits
	 */
	public static SecretKey key(String purpose, String namespace, byte[] salt, byte[] secret) {
		return new SecretKeySpec(derive(purpose, namespace, salt, secret, KEY_LENGTH), "AES");
	}

	/**
	 * Derives a tag, which proves that its writer has the secret.
	 * @param purpose what the tag is for
	 * @param namespace the namespace of the app
	 * @param content what is tagged
	 * @param secret what the tag is derived from
	 * @param length how many bytes it has
	 * @return the tag
	 */
	public static byte[] tag(String purpose, String namespace, String content, byte[] secret, int length) {
		return derive(purpose, namespace + "/" + content, new byte[0], secret, length);
	}

	private static byte[] derive(String purpose, String namespace, byte[] salt, byte[] secret, int length) {
		byte[] info = ("oauth2-state/" + purpose + "/1/" + namespace).getBytes(StandardCharsets.UTF_8);
		return Hkdf.derive(salt, secret, info, length);
	}

	/**
	 * Seals content.
	 * @param key the key, of 256 bits
	 * @param content the content
	 * @return the sealed bytes, 29 more than the content
	 */
	public static byte[] seal(SecretKey key, byte[] content) {
		byte[] nonce = new byte[NONCE_LENGTH];
		RANDOM.nextBytes(nonce);
		try {
			byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE, key, VERSION, nonce).doFinal(content);
			return ByteBuffer.allocate(1 + NONCE_LENGTH + ciphertext.length)
				.put(VERSION)
				.put(nonce)
				.put(ciphertext)
				.array();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Sealing failed", ex);
		}
	}

	/**
	 * Opens sealed content.
	 * @param key the key
	 * @param sealed the sealed bytes, possibly hostile
	 * @return the content, or empty if it was sealed under another key, altered, or
	 * written in a format that is too new
	 */
	public static Optional<byte[]> open(SecretKey key, byte[] sealed) {
		if (sealed.length < 1 + NONCE_LENGTH + TAG_BITS / Byte.SIZE || sealed[0] < 1 || sealed[0] > VERSION + 1) {
			return Optional.empty();
		}
		ByteBuffer buffer = ByteBuffer.wrap(sealed);
		byte version = buffer.get();
		byte[] nonce = new byte[NONCE_LENGTH];
		buffer.get(nonce);
		byte[] ciphertext = new byte[buffer.remaining()];
		buffer.get(ciphertext);
		try {
			return Optional.of(cipher(Cipher.DECRYPT_MODE, key, version, nonce).doFinal(ciphertext));
		}
		catch (GeneralSecurityException ex) {
			return Optional.empty();
		}
	}

	private static Cipher cipher(int mode, SecretKey key, byte version, byte[] nonce) throws GeneralSecurityException {
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
		cipher.updateAAD(new byte[] { version });
		return cipher;
	}

}
