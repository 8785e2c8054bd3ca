package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;

import javax.crypto.SecretKey;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Seal;

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

	static LoginKeys of(String namespace, String state, String secret) {
		return new LoginKeys(StateKey.of(namespace, PURPOSE, state, secret),
				Seal.key(PURPOSE, namespace, state, secret.getBytes(StandardCharsets.UTF_8)));
	}

	@Override
	public String toString() {
		return "LoginKeys[hidden]";
	}

}
