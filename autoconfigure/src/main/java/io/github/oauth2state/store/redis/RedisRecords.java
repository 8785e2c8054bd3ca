package io.github.oauth2state.store.redis;

import java.util.Arrays;
import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * How records are kept in Redis, for blocking and reactive callers. Thread-safe.
 */
final class RedisRecords {

	private static final Log logger = LogFactory.getLog(RedisRecords.class);

	/**
	 * The name of the store.
	 */
	static final String STORE = "redis";

	static final int PUT_ATTEMPTS = 10;

	/**
	 * How many bytes of a value are read: one more than allowed, so that callers notice a
	 * value that is too long. Others may write to keys that can be guessed.
	 */
	static final int READ_LENGTH = StateStore.MAX_VALUE_LENGTH + 1;

	/**
	 * Stored for an empty value, so that its range differs from that of an absent value.
	 */
	private static final byte[] EMPTY = RedisCalls.utf8("oauth2-state/empty/1");

	/**
	 * Compares a value that is too long only as far as callers read it.
	 */
	private static final String VALUE = """
			local value = redis.call('GET', KEYS[1])
			if value and #value > %1$d then
				value = string.sub(value, 1, %1$d)
			end
			""".formatted(READ_LENGTH);

	static final byte[] REPLACE = RedisCalls.utf8(VALUE + """
			if value == ARGV[1] then
				redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
				return 1
			end
			return 0
			""");

	static final byte[] REMOVE = RedisCalls.utf8(VALUE + """
			if value == ARGV[1] then
				return redis.call('DEL', KEYS[1])
			end
			return 0
			""");

	private volatile boolean rangesDenied;

	static byte[] sent(byte[] value) {
		return (value.length > 0) ? value : EMPTY;
	}

	/**
	 * Returns the value of a record from the bytes that are there.
	 */
	static byte[] received(byte[] there) {
		byte[] value = (there.length > READ_LENGTH) ? Arrays.copyOf(there, READ_LENGTH) : there;
		return Arrays.equals(value, EMPTY) ? new byte[0] : value;
	}

	/**
	 * Returns the value of a record from its range, which is empty if there is no record.
	 */
	static Optional<byte[]> found(byte @Nullable [] range) {
		return Optional.ofNullable(range).filter((there) -> there.length > 0).map(RedisRecords::received);
	}

	static StateStoreException keptChanging() {
		return new StateStoreException(Reason.REJECTED, "Redis putIfAbsent failed: the record kept changing", null);
	}

	/**
	 * Returns whether a part of a value can be read, as far as is known.
	 */
	boolean mayRange() {
		return !this.rangesDenied;
	}

	/**
	 * Remembers that the user has only the permissions that earlier releases needed.
	 * @param failure why a range could not be read
	 * @return whether that is the reason
	 */
	boolean denyRanges(Throwable failure) {
		if (!String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage()).startsWith("NOPERM")) {
			return false;
		}
		this.rangesDenied = true;
		logger.warn("The Redis user may not run GETRANGE, so records are read whole, however large somebody makes "
				+ "them. Grant it +getrange. This is said once.");
		return true;
	}

}
