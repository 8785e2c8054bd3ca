package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import javax.crypto.SecretKey;

import io.github.oauth2state.record.OtherVersion;
import io.github.oauth2state.record.Seal;

/**
 * Writes records and cookies as other releases might.
 */
public final class OtherFormats {

	/**
	 * A field that this release does not have: number 99, and a list as its value.
	 */
	private static final byte[] UNKNOWN_FIELD = { 0x18, 99, (byte) 0x82, 1, 2 };

	private OtherFormats() {
	}

	/**
	 * Seals the content of a record anew, with one field more, under another version.
	 * @param version the version
	 * @param namespace the namespace of its login
	 * @param state the state of its login
	 * @param cookie the binding cookie of its login
	 * @param record the record, as this release wrote it
	 * @return the record in the other format
	 */
	public static byte[] record(int version, String namespace, String state, String cookie, byte[] record) {
		String secret = BindingCookie.parse(cookie).orElseThrow().secret();
		SecretKey key = Seal.key("login", namespace, state, secret.getBytes(StandardCharsets.UTF_8));
		byte[] content = Seal.open(key, record).orElseThrow();
		int end = content.length - 1;
		return OtherVersion.seal(version, key,
				ByteBuffer.allocate(content.length + UNKNOWN_FIELD.length)
					.put(content, 0, end)
					.put(UNKNOWN_FIELD)
					.put(content[end])
					.array());
	}

}
