package io.github.oauth2state.record;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * Computes SHA-256 digests (FIPS 180-4). Thread-safe.
 */
public final class Sha256 {

	private static final CryptoEngines<MessageDigest> DIGESTS = new CryptoEngines<>(
			() -> MessageDigest.getInstance("SHA-256"));

	private Sha256() {
	}

	/**
	 * Digests bytes.
	 * @param parts the bytes, one after the other
	 * @return the 32 bytes of the digest
	 */
	public static byte[] digest(byte[]... parts) {
		try {
			return DIGESTS.use((digest) -> {
				for (byte[] part : parts) {
					digest.update(part);
				}
				return digest.digest();
			});
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
