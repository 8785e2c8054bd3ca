package io.github.oauth2state.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.record.CborRecord;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.support.SafeLog;

/**
 * Seals the tokens of users for the store, and opens and reads them again.
 */
final class TokenSealer {

	private static final String PURPOSE = "tokens";

	/**
	 * The largest content of a record, in bytes.
	 */
	static final int MAX_CONTENT = StateStore.MAX_VALUE_LENGTH - Keyring.MAX_OVERHEAD;

	/**
	 * Earlier releases take it for tokens in a form that they do not know.
	 */
	private static final String REMOVED = "removed";

	private final SafeLog log = new SafeLog(SharedAuthorizedClientService.class);

	private final Keyring keys;

	private final String namespace;

	/**
	 * Creates a sealer.
	 * @param keys the keys in {@code oauth2-state.tokens.keys}
	 * @param namespace the namespace of the app
	 */
	TokenSealer(Keyring keys, String namespace) {
		this.keys = keys;
		this.namespace = namespace;
	}

	/**
	 * Returns the key of a user's record. Texts that are not valid Unicode have the same
	 * bytes and so the same digest. They get further parts that tell them apart.
	 * @param registrationId the id of the registration
	 * @param principalName the name of the user
	 * @return the key
	 */
	StateKey key(String registrationId, String principalName) {
		if (isUnicode(registrationId) && isUnicode(principalName)) {
			return StateKey.of(this.namespace, PURPOSE, registrationId, principalName);
		}
		return StateKey.of(this.namespace, PURPOSE, registrationId, principalName, everyChar(registrationId),
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
	 * @throws IllegalArgumentException if they are too large, or not valid Unicode
	 */
	byte[] seal(StateKey key, StoredTokens tokens) {
		byte[] content = tokens.write();
		if (content.length > MAX_CONTENT) {
			throw new IllegalArgumentException(
					"The tokens take %d bytes together, and a store keeps at most %d: have the provider put less into them, such as roles"
						.formatted(content.length, MAX_CONTENT));
		}
		return this.keys.seal(PURPOSE, this.namespace, key, content);
	}

	/**
	 * Opens a record.
	 * @param key the key that it was found under
	 * @param record the record, possibly hostile
	 * @return the tokens, or empty if the record is a note of a removal, or cannot be
	 * opened, which is logged
	 */
	Optional<StoredTokens> open(StateKey key, byte[] record) {
		Optional<byte[]> content = this.keys.open(PURPOSE, this.namespace, key, record);
		if (content.isEmpty()) {
			warn("were sealed under a key that is not among oauth2-state.tokens.keys, or altered");
			return Optional.empty();
		}
		if (isRemoval(content.get())) {
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

	/**
	 * Seals a note that takes the place of tokens that were removed.
	 * @param key the key of the record
	 * @return the record
	 */
	byte[] sealRemoval(StateKey key) {
		return this.keys.seal(PURPOSE, this.namespace, key, CborRecord.write(Map.of(REMOVED, true)));
	}

	/**
	 * Returns whether a record is a note of a removal.
	 * @param key the key that it was found under
	 * @param record the record, possibly hostile
	 */
	boolean isRemoval(StateKey key, byte[] record) {
		return this.keys.open(PURPOSE, this.namespace, key, record).filter(TokenSealer::isRemoval).isPresent();
	}

	private static boolean isRemoval(byte[] content) {
		try {
			return CborRecord.read(content).containsKey(REMOVED);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private void warn(String reason) {
		this.log.write(
				(logger) -> logger.warn("Stored tokens " + reason + ". They count as absent until they are replaced."));
	}

}
