package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;

/**
 * Says in a record who was signed in when the login began, by a digest of the user's name
 * after the authorization request. A record of an earlier release has none, and readers
 * of earlier releases ignore what follows the request.
 */
final class LoginOwner {

	/**
	 * Ends a record that has a digest.
	 */
	private static final byte[] MARK = "\0owner/1".getBytes(StandardCharsets.US_ASCII);

	private static final int DIGEST_LENGTH = 16;

	private LoginOwner() {
	}

	/**
	 * Returns the digest as text, so that it can be compared.
	 */
	static @Nullable String of(@Nullable String user) {
		return (user != null) ? Base64.getEncoder().encodeToString(digest(user)) : null;
	}

	/**
	 * Returns the end of a record.
	 */
	static byte[] write(@Nullable String user) {
		return (user != null) ? ByteBuffer.allocate(DIGEST_LENGTH + MARK.length).put(digest(user)).put(MARK).array()
				: new byte[0];
	}

	static @Nullable String read(byte[] record) {
		int end = end(record);
		return (end < record.length)
				? Base64.getEncoder().encodeToString(Arrays.copyOfRange(record, end, end + DIGEST_LENGTH)) : null;
	}

	/**
	 * Returns where the end of a record begins, or would.
	 */
	static int end(byte[] record) {
		int mark = record.length - MARK.length;
		int end = mark - DIGEST_LENGTH;
		return (end >= Long.BYTES && Arrays.equals(record, mark, record.length, MARK, 0, MARK.length)) ? end
				: record.length;
	}

	private static byte[] digest(String user) {
		return Arrays.copyOf(StateKey.of("", "login-owner", user).toByteArray(), DIGEST_LENGTH);
	}

}
