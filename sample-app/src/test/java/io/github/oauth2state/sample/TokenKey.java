package io.github.oauth2state.sample;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * A key for tokens, as {@code oauth2-state.tokens.keys} wants it.
 */
final class TokenKey {

	private static final int LENGTH = 32;

	private TokenKey() {
	}

	static String random() {
		byte[] key = new byte[LENGTH];
		new SecureRandom().nextBytes(key);
		return "test:" + Base64.getEncoder().encodeToString(key);
	}

}
