package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStringCommands;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.types.Expiration;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex;

/**
 * A {@link StateStore} in Redis with one key per record, which Redis expires. A call is
 * one command, or more for a longer value than records have and for a record that expires
 * during the call.
 */
final class RedisStateStore implements StateStore, DisposableBean {

	private static final Log logger = LogFactory.getLog(RedisStateStore.class);

	private static final int PUT_ATTEMPTS = 10;

	/**
	 * How many bytes of a value are read: one more than allowed, so that callers notice a
	 * value that is too long.
	 */
	private static final int READ_LENGTH = MAX_VALUE_LENGTH + 1;

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

	private static final byte[] REPLACE = RedisCalls.utf8(VALUE + """
			if value == ARGV[1] then
				redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
				return 1
			end
			return 0
			""");

	private static final byte[] REMOVE = RedisCalls.utf8(VALUE + """
			if value == ARGV[1] then
				return redis.call('DEL', KEYS[1])
			end
			return 0
			""");

	private final RedisCalls calls;

	private volatile boolean rangesDenied;

	RedisStateStore(RedisConnections connections, String keyPrefix) {
		this.calls = new RedisCalls(connections, keyPrefix);
	}

	/**
	 * Returns an index of sessions on the same connections.
	 * @return the index, which works until this store is destroyed
	 */
	SessionIndex sessionIndex() {
		return new RedisSessionIndex(this.calls);
	}

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		StateStore.checkLength("putIfAbsent", value);
		return this.calls.call("putIfAbsent",
				(connection) -> putIfAbsent(connection, this.calls.key(key), sent(value), ttl));
	}

	private Optional<byte[]> putIfAbsent(RedisConnection connection, byte[] key, byte[] value, Duration ttl) {
		RedisStringCommands commands = connection.stringCommands();
		Expiration expiration = Expiration.milliseconds(RedisCalls.millis(ttl));
		for (int attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
			if (Boolean.TRUE.equals(commands.set(key, value, expiration, SetOption.ifAbsent()))) {
				return Optional.empty();
			}
			Optional<byte[]> there = find(connection, key);
			if (there.isPresent()) {
				return there;
			}
		}
		throw new StateStoreException(Reason.REJECTED, "Redis putIfAbsent failed: the record kept changing", null);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return this.calls.call("find", (connection) -> find(connection, this.calls.key(key)));
	}

	/**
	 * Reads a limited part of the value, as others may write to keys that can be guessed.
	 * The range of an absent value is empty.
	 */
	private Optional<byte[]> find(RedisConnection connection, byte[] key) {
		RedisStringCommands commands = connection.stringCommands();
		byte[] value = this.rangesDenied ? null : range(commands, key);
		return Optional.ofNullable((value != null || !this.rangesDenied) ? value : commands.get(key))
			.filter((found) -> found.length > 0)
			.map(RedisStateStore::cut)
			.map(RedisStateStore::received);
	}

	private static byte[] sent(byte[] value) {
		return (value.length > 0) ? value : EMPTY;
	}

	private static byte[] received(byte[] value) {
		return Arrays.equals(value, EMPTY) ? new byte[0] : value;
	}

	/**
	 * Returns {@code null} if the user has only the permissions that earlier releases
	 * needed.
	 */
	private byte @Nullable [] range(RedisStringCommands commands, byte[] key) {
		try {
			return commands.getRange(key, 0, READ_LENGTH - 1);
		}
		catch (RuntimeException ex) {
			if (!String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage()).startsWith("NOPERM")) {
				throw ex;
			}
			this.rangesDenied = true;
			logger.warn("The Redis user may not run GETRANGE, so records are read whole, however large somebody makes "
					+ "them. Grant it +getrange. This is said once.");
			return null;
		}
	}

	/**
	 * Reads the whole value, as that is one plain command. The keys of records that are
	 * taken cannot be guessed.
	 */
	@Override
	public Optional<byte[]> take(StateKey key) {
		return this.calls
			.call("take", (connection) -> Optional.ofNullable(connection.stringCommands().getDel(this.calls.key(key))))
			.map(RedisStateStore::cut)
			.map(RedisStateStore::received);
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		StateStore.checkLength("replace", value);
		byte[] millis = RedisCalls.utf8(Long.toString(RedisCalls.millis(ttl)));
		return run("replace", REPLACE, key, sent(expected), sent(value), millis);
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return run("remove", REMOVE, key, sent(expected));
	}

	private boolean run(String operation, byte[] script, StateKey key, byte[]... arguments) {
		return this.calls.eval(operation, script, ReturnType.INTEGER, this.calls.key(key), arguments).equals(1L);
	}

	/**
	 * Checks that Redis can be reached and answers.
	 * @throws StateStoreException if not
	 */
	void reach() {
		// A ping to a cluster asks all nodes, some of which may be down
		this.calls.call("ping",
				(connection) -> (connection instanceof RedisClusterConnection) ? "" : connection.ping());
	}

	private static byte[] cut(byte[] value) {
		return (value.length > READ_LENGTH) ? Arrays.copyOf(value, READ_LENGTH) : value;
	}

	@Override
	public void destroy() {
		this.calls.close();
	}

	@Override
	public String toString() {
		return "redis, keys " + this.calls.keyPrefix() + "*";
	}

}
