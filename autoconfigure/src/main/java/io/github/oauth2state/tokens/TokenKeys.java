package io.github.oauth2state.tokens;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import javax.crypto.SecretKey;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;

/**
 * Seals records under the keys in {@code oauth2-state.tokens.keys}. Each is sealed under
 * a key of its own, derived from a configured one and the record's key in the store, so
 * that it opens in no other place: not as another user's, and not for another app that
 * has the same keys.
 * <p>
 * What is sealed is the id of the configured key, behind its length, and then what
 * {@link Seal} writes, with its version.
 */
public final class TokenKeys {

	/**
	 * What {@link #seal} adds at most, in bytes.
	 */
	public static final int MAX_OVERHEAD = 1 + 16 + 29;

	private final Keyring keys;

	private final String namespace;

	TokenKeys(Keyring keys, String namespace) {
		this.keys = keys;
		this.namespace = namespace;
	}

	/**
	 * Seals a record, under the first of the configured keys.
	 * @param key where the record is to be stored
	 * @param content the record
	 * @return the sealed record
	 */
	public byte[] seal(StateKey key, byte[] content) {
		byte[] id = this.keys.sealingId().getBytes(StandardCharsets.US_ASCII);
		byte[] configured = this.keys.get(this.keys.sealingId()).orElseThrow();
		ByteArrayOutputStream sealed = new ByteArrayOutputStream();
		sealed.write(id.length);
		sealed.writeBytes(id);
		sealed.writeBytes(Seal.seal(derive(configured, key), content));
		return sealed.toByteArray();
	}

	/**
	 * Opens a record, under whichever of the configured keys it was sealed.
	 * @param key where the record was found
	 * @param sealed the sealed record, however hostile
	 * @return the record, or empty if it was sealed under an unknown key or for another
	 * place, altered, or written in a format that is too new
	 */
	public Optional<byte[]> open(StateKey key, byte[] sealed) {
		int idLength = (sealed.length > 0) ? sealed[0] : 0;
		if (idLength < 1 || sealed.length < 1 + idLength) {
			return Optional.empty();
		}
		String id = new String(sealed, 1, idLength, StandardCharsets.US_ASCII);
		byte[] rest = Arrays.copyOfRange(sealed, 1 + idLength, sealed.length);
		return this.keys.get(id).flatMap((configured) -> Seal.open(derive(configured, key), rest));
	}

	private SecretKey derive(byte[] configured, StateKey key) {
		return Seal.key("tokens", this.namespace, key.toByteArray(), configured);
	}

	@Override
	public String toString() {
		return "TokenKeys[hidden]";
	}

}
