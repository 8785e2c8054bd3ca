package io.github.oauth2state.record;

import java.util.Base64;

/**
 * Base64 for URLs and cookies, without padding (RFC 4648, section 5).
 */
public final class Base64Url {

	private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

	private Base64Url() {
	}

	/**
	 * Encodes bytes.
	 * @param bytes the bytes
	 * @return a text of letters, digits, '-' and '_'
	 */
	public static String encode(byte[] bytes) {
		return ENCODER.encodeToString(bytes);
	}

	/**
	 * Decodes a text.
	 * @param text the text, with or without padding
	 * @return the bytes
	 * @throws IllegalArgumentException if it is not Base64 for URLs
	 */
	public static byte[] decode(String text) {
		return Base64.getUrlDecoder().decode(text);
	}

	/**
	 * Returns whether a part of a text has only characters that occur in Base64 for URLs.
	 * It may still be no encoding of anything.
	 * @param text the text
	 * @param start where the part begins
	 * @param end where it ends, exclusive
	 * @return whether it has only such characters
	 */
	public static boolean isAlphabet(String text, int start, int end) {
		for (int i = start; i < end; i++) {
			char c = text.charAt(i);
			boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
			if (!alphanumeric && c != '-' && c != '_') {
				return false;
			}
		}
		return true;
	}

}
