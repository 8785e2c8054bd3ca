package io.github.oauth2state.record;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.springframework.util.Assert;

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

	/**
	 * The number of bytes that {@link #seal} adds to the content.
	 */
	static final int OVERHEAD = 1 + NONCE_LENGTH + TAG_BITS / Byte.SIZE;

	private static final int KEY_LENGTH = 32;

	private static final String HMAC = "HmacSHA256";

	private static final int HASH_LENGTH = 32;

	private static final int MAX_DERIVED_LENGTH = 255 * HASH_LENGTH;

	private static final SecureRandom RANDOM = new SecureRandom();

	private static final CryptoEngines<Mac> MACS = new CryptoEngines<>(() -> Mac.getInstance(HMAC));

	private static final CryptoEngines<Cipher> CIPHERS = new CryptoEngines<>(
			() -> Cipher.getInstance("AES/GCM/NoPadding"));

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
		return key(purpose, namespace, salt(salt), secret);
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
		return hkdf(salt, secret, info, length);
	}

	/**
	 * Makes a salt of a text. No two texts have salts that derive the same keys: HMAC
	 * pads a key with zeros, so a text that ends with NUL is hashed.
	 * @param text the text
	 * @return the salt
	 */
	private static byte[] salt(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		if (bytes.length == 0 || bytes[bytes.length - 1] != 0) {
			return bytes;
		}
		return Sha256.digest(bytes);
	}

	/**
	 * Derives key material as in RFC 5869, sections 2.2 and 2.3. The JDK has HKDF from
	 * release 25 on.
	 * @param salt the salt, possibly empty
	 * @param secret the input keying material
	 * @param info what the derived key is for
	 * @param length how many bytes to derive, at most 255 times 32
	 * @return the output keying material
	 */
	static byte[] hkdf(byte[] salt, byte[] secret, byte[] info, int length) {
		Assert.isTrue(length >= 0 && length <= MAX_DERIVED_LENGTH, "HKDF derives 0 to 8160 bytes");
		byte[] pseudorandomKey = hmac((salt.length > 0) ? salt : new byte[HASH_LENGTH], secret);
		byte[] output = new byte[length];
		byte[] block = {};
		for (int done = 0, counter = 1; done < length; done += HASH_LENGTH, counter++) {
			block = hmac(pseudorandomKey, block, info, new byte[] { (byte) counter });
			System.arraycopy(block, 0, output, done, Math.min(HASH_LENGTH, length - done));
		}
		return output;
	}

	private static byte[] hmac(byte[] key, byte[]... parts) {
		try {
			return MACS.use((mac) -> {
				mac.init(new SecretKeySpec(key, HMAC));
				for (byte[] part : parts) {
					mac.update(part);
				}
				return mac.doFinal();
			});
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has " + HMAC, ex);
		}
	}

	/**
	 * Seals content.
	 * @param key the key, of 256 bits
	 * @param content the content
	 * @return the sealed bytes, {@link #OVERHEAD} more than the content
	 */
	public static byte[] seal(SecretKey key, byte[] content) {
		byte[] nonce = new byte[NONCE_LENGTH];
		RANDOM.nextBytes(nonce);
		byte[] sealed = new byte[OVERHEAD + content.length];
		sealed[0] = VERSION;
		System.arraycopy(nonce, 0, sealed, 1, NONCE_LENGTH);
		try {
			CIPHERS.use((cipher) -> {
				init(cipher, Cipher.ENCRYPT_MODE, key, VERSION, nonce);
				return cipher.doFinal(content, 0, content.length, sealed, 1 + NONCE_LENGTH);
			});
			return sealed;
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
		if (sealed.length < OVERHEAD || sealed[0] < 1 || sealed[0] > VERSION + 1) {
			return Optional.empty();
		}
		byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_LENGTH);
		try {
			return Optional.of(CIPHERS.use((cipher) -> {
				init(cipher, Cipher.DECRYPT_MODE, key, sealed[0], nonce);
				return cipher.doFinal(sealed, 1 + NONCE_LENGTH, sealed.length - 1 - NONCE_LENGTH);
			}));
		}
		catch (GeneralSecurityException ex) {
			return Optional.empty();
		}
	}

	private static void init(Cipher cipher, int mode, SecretKey key, byte version, byte[] nonce)
			throws GeneralSecurityException {
		cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
		cipher.updateAAD(new byte[] { version });
	}

}
