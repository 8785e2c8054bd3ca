package io.github.oauth2state.record;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals as other releases might.
 */
public final class OtherVersion {

	private static final byte[] NONCE = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

	private OtherVersion() {
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
