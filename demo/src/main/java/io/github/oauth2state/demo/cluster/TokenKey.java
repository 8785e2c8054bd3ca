package io.github.oauth2state.demo.cluster;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * The key that the instances seal tokens under: a new one for each cluster, so that there
 * is none to keep.
 */
final class TokenKey {

	private static final int LENGTH = 32;

	private TokenKey() {
	}

	/**
	 * Makes a key.
	 * @return its id and the key, as {@code oauth2-state.tokens.keys} wants them
	 */
	static String random() {
		byte[] key = new byte[LENGTH];
		new SecureRandom().nextBytes(key);
		return "demo:" + Base64.getEncoder().encodeToString(key);
	}

}
