package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.github.oauth2state.record.Hkdf;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.record.SealingKeys;

/**
 * Seals records that are kept in cookies and nowhere else. Each is sealed under a key of
 * its own, derived from a configured one and the login's state, so that it opens for no
 * other login, and for no other app that has the same keys.
 */
final class CookieRecords {

	private static final int SEALING_KEY_LENGTH = 32;

	private final SealingKeys keys;

	private final byte[] info;

	CookieRecords(SealingKeys keys, String namespace) {
		this.keys = keys;
		this.info = ("oauth2-state/cookie/1/" + namespace).getBytes(StandardCharsets.UTF_8);
	}

	String seal(String state, byte[] record) {
		String id = this.keys.sealingId();
		byte[] sealed = Seal.seal(sealingKey(this.keys.get(id).orElseThrow(), state), record);
		return id + "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
	}

	/**
	 * Opens a record.
	 * @return the record, or empty if its key is unknown or it was altered
	 */
	Optional<byte[]> open(String state, String text) {
		String[] parts = text.split("~", 2);
		try {
			byte[] sealed = Base64.getUrlDecoder().decode(parts[1]);
			return this.keys.get(parts[0]).flatMap((key) -> Seal.open(sealingKey(key, state), sealed));
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private SecretKey sealingKey(byte[] key, String state) {
		return new SecretKeySpec(Hkdf.derive(Hkdf.salt(state), key, this.info, SEALING_KEY_LENGTH), "AES");
	}

}
