package io.github.oauth2state.record;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import javax.crypto.SecretKey;

import org.springframework.util.StringUtils;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.config.StartupFailureException;

/**
 * Keys that an operator configures, each with an id. The first key seals and all keys
 * open, so that a new key can be put first while records under the old one still exist.
 * <p>
 * A sealed record is the length of the key's id, the id, and what {@link Seal} writes.
 */
public final class Keyring {

	/**
	 * The name of the bean that has the keys in {@code oauth2-state.tokens.keys}.
	 */
	public static final String TOKEN_KEYS_BEAN = "oauth2StateTokenKeys";

	/**
	 * The most bytes that {@link #seal} adds to a record.
	 */
	public static final int MAX_OVERHEAD = 1 + 16 + Seal.OVERHEAD;

	private static final Pattern KEY = Pattern.compile("([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/_-]{43}=?)");

	private static final int MIN_DISTINCT_BYTES = 12;

	private final Map<String, byte[]> byId = new LinkedHashMap<>();

	private Keyring() {
	}

	/**
	 * Reads keys.
	 * @param property the property that they are configured in
	 * @param text the value of the property, keys separated by commas
	 * @return the keys
	 * @throws StartupFailureException if there is no key, or a key is malformed or
	 * obviously not random
	 */
	public static Keyring of(String property, String text) {
		Keyring keys = read(property, text);
		keys.byId.forEach((id, bytes) -> {
			if (isWeak(bytes)) {
				throw unusable(property, "the one with the id '%s' is not random".formatted(id));
			}
		});
		return keys;
	}

	static Keyring read(String property, String text) {
		if (text.isBlank()) {
			throw unusable(property, "no key is configured");
		}
		Keyring keys = new Keyring();
		for (String key : StringUtils.delimitedListToStringArray(text, ",")) {
			Matcher matcher = KEY.matcher(key.strip());
			if (!matcher.matches()) {
				throw unusable(property,
						"number %d is not an id and 32 bytes in Base64".formatted(keys.byId.size() + 1));
			}
			byte[] bytes = Base64Url.decode(matcher.group(2).replace('+', '-').replace('/', '_'));
			if (keys.byId.putIfAbsent(matcher.group(1), bytes) != null) {
				throw unusable(property, "two have the id '%s'".formatted(matcher.group(1)));
			}
		}
		return keys;
	}

	/**
	 * Leaves out the keys, which are secret.
	 */
	private static StartupFailureException unusable(String property, String reason) {
		return new StartupFailureException(
				"The keys in the property %s cannot be used: %s. (What is configured is a secret and not shown.)"
					.formatted(property, reason),
				"""
						Make a key with

						    openssl rand -base64 32

						and configure it on every instance, from a secret, under an id of your choice of at most 16 letters, digits, \
						'-' and '_':

						    %s: <id>:<the key>

						All keys are one text, separated by commas, and no list. To replace a key, put the new one before it, and \
						remove the old one when what it sealed has expired."""
					.formatted(property));
	}

	/**
	 * Recognizes keys that somebody made up: the same few bytes repeated, or bytes that
	 * count up or down. A random key looks like this less often than once in 2^70.
	 */
	private static boolean isWeak(byte[] key) {
		long distinct = IntStream.range(0, key.length).map((i) -> key[i]).distinct().count();
		return distinct < MIN_DISTINCT_BYTES || isCounted(key)
				|| IntStream.rangeClosed(1, key.length / 2).anyMatch((period) -> repeats(key, period));
	}

	private static boolean isCounted(byte[] key) {
		byte step = (byte) (key[1] - key[0]);
		return IntStream.range(1, key.length).allMatch((i) -> (byte) (key[i] - key[i - 1]) == step);
	}

	private static boolean repeats(byte[] key, int period) {
		return IntStream.range(period, key.length).allMatch((i) -> key[i] == key[i - period]);
	}

	/**
	 * Seals a record under the first key. The key that seals it is derived from that key
	 * and from where the record is stored. So a record cannot be opened under another key
	 * in the store, such as that of another user, nor by another app that has the same
	 * configured keys.
	 * @param purpose what is sealed
	 * @param namespace the namespace of the app
	 * @param key the record's key in the store
	 * @param record the record
	 * @return the sealed record
	 */
	public byte[] seal(String purpose, String namespace, StateKey key, byte[] record) {
		byte[] id = sealingId().getBytes(StandardCharsets.US_ASCII);
		SecretKey sealingKey = derive(purpose, namespace, key, get(sealingId()).orElseThrow());
		ByteArrayOutputStream sealed = new ByteArrayOutputStream();
		sealed.write(id.length);
		sealed.writeBytes(id);
		sealed.writeBytes(Seal.seal(sealingKey, record));
		return sealed.toByteArray();
	}

	/**
	 * Opens a record that was sealed under any of the keys.
	 * @param purpose what was sealed
	 * @param namespace the namespace of the app
	 * @param key the key that the record was found under in the store
	 * @param sealed the sealed record, possibly hostile
	 * @return the record, or empty if it was sealed under an unknown key or for another
	 * key in the store, altered, or written in a format that is too new
	 */
	public Optional<byte[]> open(String purpose, String namespace, StateKey key, byte[] sealed) {
		int idLength = (sealed.length > 0) ? sealed[0] : 0;
		if (idLength < 1 || sealed.length < 1 + idLength) {
			return Optional.empty();
		}
		String id = new String(sealed, 1, idLength, StandardCharsets.US_ASCII);
		byte[] rest = Arrays.copyOfRange(sealed, 1 + idLength, sealed.length);
		return get(id).flatMap((configured) -> Seal.open(derive(purpose, namespace, key, configured), rest));
	}

	private static SecretKey derive(String purpose, String namespace, StateKey key, byte[] configured) {
		return Seal.key(purpose, namespace, key.toByteArray(), configured);
	}

	/**
	 * Returns the id of the key that seals.
	 * @return the id
	 */
	public String sealingId() {
		return this.byId.keySet().iterator().next();
	}

	/**
	 * Returns a key.
	 * @param id its id
	 * @return its 32 bytes, or empty if no key has this id
	 */
	public Optional<byte[]> get(String id) {
		return Optional.ofNullable(this.byId.get(id));
	}

	/**
	 * Returns all keys.
	 * @return 32 bytes of each, first those of the one that seals
	 */
	public List<byte[]> all() {
		return List.copyOf(this.byId.values());
	}

	@Override
	public String toString() {
		return "Keyring" + this.byId.keySet();
	}

}
