package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

import io.github.oauth2state.record.Seal;

/**
 * Writes records and cookies as other releases might.
 */
public final class OtherFormats {

	/**
	 * A field that this release does not have: number 99, and a list as its value.
	 */
	private static final byte[] UNKNOWN_FIELD = { 0x18, 99, (byte) 0x82, 1, 2 };

	private static final byte[] NONCE = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

	private OtherFormats() {
	}

	/**
	 * Seals the content of a record anew, with one field more, under another version.
	 * @param version the version
	 * @param namespace the namespace of its login
	 * @param state the state of its login
	 * @param cookie the binding cookie of its login
	 * @param record the record, as this release wrote it
	 * @return the record in the other format
	 */
	public static byte[] record(int version, String namespace, String state, String cookie, byte[] record) {
		String secret = BindingCookie.parse(cookie).orElseThrow().secret();
		SecretKey key = TestRequests.sealer(namespace).sealingKey(state, secret);
		byte[] content = Seal.open(key, record).orElseThrow();
		int end = content.length - 1;
		return seal(version, key,
				ByteBuffer.allocate(content.length + UNKNOWN_FIELD.length)
					.put(content, 0, end)
					.put(UNKNOWN_FIELD)
					.put(content[end])
					.array());
	}

	/**
	 * Seals content under another version.
	 * @param version the version
	 * @param key the key
	 * @param content the content
	 * @return what is sealed
	 */
	public static byte[] seal(int version, SecretKey key, byte[] content) {
		try {
			Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
			cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, NONCE));
			cipher.updateAAD(new byte[] { (byte) version });
			byte[] ciphertext = cipher.doFinal(content);
			return ByteBuffer.allocate(1 + NONCE.length + ciphertext.length)
				.put((byte) version)
				.put(NONCE)
				.put(ciphertext)
				.array();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
