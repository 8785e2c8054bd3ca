package io.github.oauth2state.record;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.springframework.util.StringUtils;

import io.github.oauth2state.config.StartupFailureException;

/**
 * Keys that an operator configures, each with an id. The first key seals and all keys
 * open, so that a new key can be put first while records under the old one still exist.
 */
public final class Keyring {

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
			throw unusable(property, "there is none");
		}
		Keyring keys = new Keyring();
		for (String key : StringUtils.delimitedListToStringArray(text, ",")) {
			Matcher matcher = KEY.matcher(key.strip());
			if (!matcher.matches()) {
				throw unusable(property,
						"number %d is not an id and 32 bytes in Base64".formatted(keys.byId.size() + 1));
			}
			byte[] bytes = Base64.getUrlDecoder().decode(matcher.group(2).replace('+', '-').replace('/', '_'));
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
	 * Returns the id of the key that seals.
	 * @return the id
	 */
	public String sealingId() {
		return this.byId.keySet().iterator().next();
	}

	/**
	 * Returns a key.
	 * @param id its id
	 * @return its 32 bytes, or empty if there is none with this id
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
