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
 * Seals records under the keys in {@code oauth2-state.tokens.keys}. The sealing key of a
 * record is derived from a configured key and the record's key in the store. So a record
 * cannot be opened under another key in the store, such as that of another user, nor by
 * another app that has the same configured keys.
 * <p>
 * A sealed record is the length of the configured key's id, the id, and what {@link Seal}
 * writes.
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
	 * @param key the record's key in the store
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
	 * Opens a record that was sealed under any of the configured keys.
	 * @param key the key that the record was found under
	 * @param sealed the sealed record, however hostile
	 * @return the record, or empty if it was sealed under an unknown key or for another
	 * key in the store, altered, or written in a format that is too new
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
