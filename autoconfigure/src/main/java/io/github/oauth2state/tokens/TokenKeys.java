package io.github.oauth2state.tokens;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import javax.crypto.SecretKey;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.record.Seal;
import io.github.oauth2state.support.SafeLog;

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
	 * The most that {@link #seal} adds, in bytes.
	 */
	public static final int MAX_OVERHEAD = 1 + 16 + 29;

	/**
	 * The largest content of a record, in bytes.
	 */
	static final int MAX_CONTENT = StateStore.MAX_VALUE_LENGTH - MAX_OVERHEAD;

	private final SafeLog log = new SafeLog(SharedAuthorizedClientService.class);

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

	/**
	 * Returns the key of a user's record. Texts that are no valid Unicode have the same
	 * bytes and so the same digest. They get further parts that tell them apart.
	 * @param registrationId the id of the registration
	 * @param principalName the name of the user
	 * @return the key
	 */
	StateKey recordKey(String registrationId, String principalName) {
		if (isUnicode(registrationId) && isUnicode(principalName)) {
			return StateKey.of(this.namespace, "tokens", registrationId, principalName);
		}
		return StateKey.of(this.namespace, "tokens", registrationId, principalName, everyChar(registrationId),
				everyChar(principalName));
	}

	private static boolean isUnicode(String text) {
		return StandardCharsets.UTF_8.newEncoder().canEncode(text);
	}

	private static String everyChar(String text) {
		StringBuilder chars = new StringBuilder();
		text.chars().forEach((value) -> chars.append(value).append(' '));
		return chars.toString();
	}

	/**
	 * Seals tokens.
	 * @param key the key of the record
	 * @param tokens the tokens
	 * @return the record
	 * @throws IllegalArgumentException if they are too large, or no valid Unicode
	 */
	byte[] sealTokens(StateKey key, StoredTokens tokens) {
		byte[] content = tokens.write();
		if (content.length > MAX_CONTENT) {
			throw new IllegalArgumentException(
					"The tokens take %d bytes together, and a store keeps at most %d: have the provider put less into them, such as roles"
						.formatted(content.length, MAX_CONTENT));
		}
		return seal(key, content);
	}

	/**
	 * Opens a record.
	 * @param key the key that it was found under
	 * @param record the record, however hostile
	 * @return the tokens, or empty if the record cannot be opened, which is logged
	 */
	Optional<StoredTokens> openTokens(StateKey key, byte[] record) {
		Optional<byte[]> content = open(key, record);
		if (content.isEmpty()) {
			warn("were sealed under a key that is not among oauth2-state.tokens.keys, or altered");
			return Optional.empty();
		}
		try {
			return Optional.of(StoredTokens.read(content.get()));
		}
		catch (IllegalArgumentException ex) {
			warn("were written in a form that this release does not know");
			return Optional.empty();
		}
	}

	private void warn(String reason) {
		this.log.write(
				(logger) -> logger.warn("Stored tokens " + reason + ". They count as absent until they are replaced."));
	}

	@Override
	public String toString() {
		return "TokenKeys[hidden]";
	}

}
