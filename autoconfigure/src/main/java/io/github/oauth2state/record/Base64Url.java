package io.github.oauth2state.record;

import java.util.Base64;

/**
 * Base64 for URLs and cookies, without padding (RFC 4648, section 5).
 */
public final class Base64Url {

	private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

	/**
	 * The characters whose last four bits are zero.
	 */
	private static final String LAST_OF_ONE_BYTE = "AQgw";

	/**
	 * The characters whose last two bits are zero.
	 */
	private static final String LAST_OF_TWO_BYTES = "AEIMQUYcgkosw048";

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
	 * Returns whether a text is what {@link #encode} makes of the bytes that
	 * {@link #decode} makes of it. Other texts for the same bytes have padding, or bits
	 * in the last character that belong to no byte (RFC 4648, section 3.5).
	 * @param text the text
	 * @return whether it is
	 */
	static boolean isCanonical(String text) {
		int length = text.length();
		return isAlphabet(text, 0, length) && switch (length % 4) {
			case 0 -> true;
			case 2 -> LAST_OF_ONE_BYTE.indexOf(text.charAt(length - 1)) >= 0;
			case 3 -> LAST_OF_TWO_BYTES.indexOf(text.charAt(length - 1)) >= 0;
			default -> false;
		};
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
