package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Hkdf;

/**
 * The keys of one pending login. Both need the state, which travels in URLs, and the
 * secret, which only the browser has: neither a leaked URL nor a copy of the store gives
 * anything away, and another browser cannot even name the record.
 *
 * @param key where the record is
 * @param sealingKey what it is sealed under
 */
record LoginKeys(StateKey key, SecretKey sealingKey) {

	private static final String PURPOSE = "login";

	private static final int SEALING_KEY_LENGTH = 32;

	static LoginKeys of(String namespace, String state, String secret) {
		byte[] info = ("oauth2-state/" + PURPOSE + "/1/" + namespace).getBytes(StandardCharsets.UTF_8);
		byte[] sealingKey = Hkdf.derive(Hkdf.salt(state), secret.getBytes(StandardCharsets.UTF_8), info,
				SEALING_KEY_LENGTH);
		return new LoginKeys(StateKey.of(namespace, PURPOSE, state, secret), new SecretKeySpec(sealingKey, "AES"));
	}

	@Override
	public String toString() {
		return "LoginKeys[hidden]";
	}

}
