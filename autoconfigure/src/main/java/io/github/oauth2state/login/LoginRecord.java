package io.github.oauth2state.login;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;

/**
 * The content of a sealed record: when the login began, the authorization request as the
 * codec wrote it, and then optional fields, each with a mark at its end. Records of
 * earlier releases lack some fields, and readers of earlier releases ignore what follows
 * the authorization request.
 *
 * @param begun when the login began
 * @param content the authorization request, as the codec wrote it
 * @param savedRequest the path and query that the user had asked for, or {@code null} if
 * the user had asked for no page or the app keeps the page
 * @param owner a digest of the name of the user who was signed in, or {@code null} if
 * nobody was
 */
@SuppressWarnings("ArrayRecordComponent")
record LoginRecord(Instant begun, byte[] content, @Nullable String savedRequest, @Nullable String owner) {

	private static final byte[] SAVED_REQUEST_MARK = "\0saved/1".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] OWNER_MARK = "\0owner/1".getBytes(StandardCharsets.US_ASCII);

	private static final int DIGEST_LENGTH = 16;

	/**
	 * Returns the digest of a user's name.
	 */
	static @Nullable String owner(@Nullable String user) {
		return (user != null)
				? Base64.getEncoder()
					.encodeToString(Arrays.copyOf(StateKey.of("", "login-owner", user).toByteArray(), DIGEST_LENGTH))
				: null;
	}

	LoginRecord withoutSavedRequest() {
		return new LoginRecord(this.begun, this.content, null, this.owner);
	}

	byte[] write() {
		byte[] saved = (this.savedRequest != null) ? this.savedRequest.getBytes(StandardCharsets.UTF_8) : null;
		int length = Long.BYTES + this.content.length
				+ ((saved != null) ? saved.length + Short.BYTES + SAVED_REQUEST_MARK.length : 0)
				+ ((this.owner != null) ? DIGEST_LENGTH + OWNER_MARK.length : 0);
		ByteBuffer buffer = ByteBuffer.allocate(length).putLong(this.begun.toEpochMilli()).put(this.content);
		if (saved != null) {
			buffer.put(saved).putShort((short) saved.length).put(SAVED_REQUEST_MARK);
		}
		if (this.owner != null) {
			buffer.put(Base64.getDecoder().decode(this.owner)).put(OWNER_MARK);
		}
		return buffer.array();
	}

	/**
	 * Reads a record.
	 * @throws RuntimeException if it is too short
	 */
	static LoginRecord read(byte[] record) {
		Instant begun = Instant.ofEpochMilli(ByteBuffer.wrap(record).getLong());
		int end = record.length;
		String owner = null;
		int digest = beforeMark(record, end, OWNER_MARK) - DIGEST_LENGTH;
		if (digest >= Long.BYTES) {
			owner = Base64.getEncoder().encodeToString(Arrays.copyOfRange(record, digest, digest + DIGEST_LENGTH));
			end = digest;
		}
		String savedRequest = null;
		int length = beforeMark(record, end, SAVED_REQUEST_MARK) - Short.BYTES;
		if (length >= Long.BYTES) {
			int start = length - Short.toUnsignedInt(ByteBuffer.wrap(record).getShort(length));
			if (start >= Long.BYTES) {
				savedRequest = new String(record, start, length - start, StandardCharsets.UTF_8);
				end = start;
			}
		}
		return new LoginRecord(begun, Arrays.copyOfRange(record, Long.BYTES, end), savedRequest, owner);
	}

	/**
	 * Returns where the mark begins, or a negative number if the record does not have the
	 * mark before the given position.
	 */
	private static int beforeMark(byte[] record, int end, byte[] mark) {
		int start = end - mark.length;
		return (start >= 0 && Arrays.equals(record, start, end, mark, 0, mark.length)) ? start : -1;
	}

	@Override
	public String toString() {
		return "LoginRecord[hidden]";
	}

}
