package io.github.oauth2state.login;

import java.util.Base64;
import java.util.Optional;

import javax.crypto.SecretKey;

import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;

/**
 * Seals records that are kept in cookies and nowhere else. Each is sealed under a key of
 * its own, derived from a configured one and the login's state, so that it opens for no
 * other login, and for no other app that has the same keys.
 */
final class CookieRecords {

	private final Keyring keys;

	private final String namespace;

	CookieRecords(Keyring keys, String namespace) {
		this.keys = keys;
		this.namespace = namespace;
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
		return Seal.key("cookie", this.namespace, state, key);
	}

}
