package io.github.oauth2state.record;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.util.StringUtils;

/**
 * Keys that an operator configures, each under an id. The first one seals and all of them
 * open, so that a new one can be put first while what the old one sealed is still about.
 */
public final class SealingKeys {

	private static final Pattern KEY = Pattern.compile("([A-Za-z0-9_-]{1,16}):([A-Za-z0-9+/_-]{43}=?)");

	private final Map<String, byte[]> byId = new LinkedHashMap<>();

	private SealingKeys() {
	}

	/**
	 * Reads keys.
	 * @param property where they are configured
	 * @param text the keys, as they are configured, separated by commas
	 * @return the keys
	 * @throws UnusableKeysException if there is none, or one is not as it must be
	 */
	public static SealingKeys of(String property, String text) {
		if (text.isBlank()) {
			throw new UnusableKeysException(property, "there is none");
		}
		SealingKeys keys = new SealingKeys();
		for (String key : StringUtils.delimitedListToStringArray(text, ",")) {
			Matcher matcher = KEY.matcher(key.strip());
			if (!matcher.matches()) {
				throw new UnusableKeysException(property,
						"number %d is not an id and 32 bytes in Base64".formatted(keys.byId.size() + 1));
			}
			byte[] bytes = Base64.getUrlDecoder().decode(matcher.group(2).replace('+', '-').replace('/', '_'));
			if (keys.byId.putIfAbsent(matcher.group(1), bytes) != null) {
				throw new UnusableKeysException(property, "two have the id '%s'".formatted(matcher.group(1)));
			}
		}
		return keys;
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

	@Override
	public String toString() {
		return "SealingKeys" + this.byId.keySet();
	}

}
