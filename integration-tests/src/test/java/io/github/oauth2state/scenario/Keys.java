package io.github.oauth2state.scenario;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes keys for cookies.
 */
final class Keys {

	private Keys() {
	}

	static String random(String id) {
		byte[] bytes = new byte[32];
		new SecureRandom().nextBytes(bytes);
		return id + ":" + Base64.getEncoder().encodeToString(bytes);
	}

}
