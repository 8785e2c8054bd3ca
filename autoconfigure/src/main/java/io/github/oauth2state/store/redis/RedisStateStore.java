package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisScriptingCommands;
import org.springframework.data.redis.connection.RedisStringCommands;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.types.Expiration;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * A {@link StateStore} in Redis: a key per record, which Redis expires, and one command
 * per call.
 */
final class RedisStateStore implements StateStore, DisposableBean {

	private static final int PUT_ATTEMPTS = 10;

	private static final byte[] REPLACE = utf8("""
			if redis.call('GET', KEYS[1]) == ARGV[1] then
				redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
				return 1
			end
			return 0
			""");

	private static final byte[] REMOVE = utf8("""
			if redis.call('GET', KEYS[1]) == ARGV[1] then
				return redis.call('DEL', KEYS[1])
			end
			return 0
			""");

	private final RedisConnections connections;

	private final String keyPrefix;

	RedisStateStore(RedisConnections connections, String keyPrefix) {
		this.connections = connections;
		this.keyPrefix = keyPrefix;
	}

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return call("putIfAbsent", (connection) -> putIfAbsent(connection.stringCommands(), redisKey(key), value, ttl));
	}

	private static Optional<byte[]> putIfAbsent(RedisStringCommands commands, byte[] key, byte[] value, Duration ttl) {
		Expiration expiration = Expiration.milliseconds(millis(ttl));
		for (int attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
			if (Boolean.TRUE.equals(commands.set(key, value, expiration, SetOption.ifAbsent()))) {
				return Optional.empty();
			}
			byte[] there = commands.get(key);
			if (there != null) {
				return Optional.of(there);
			}
		}
		throw new StateStoreException(Reason.REJECTED, "Redis putIfAbsent met ever changing records", null);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return call("find", (connection) -> Optional.ofNullable(connection.stringCommands().get(redisKey(key))));
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return call("take", (connection) -> Optional.ofNullable(connection.stringCommands().getDel(redisKey(key))));
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		byte[] millis = utf8(Long.toString(millis(ttl)));
		return call("replace",
				(connection) -> run(connection.scriptingCommands(), REPLACE, redisKey(key), expected, value, millis));
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return call("remove", (connection) -> run(connection.scriptingCommands(), REMOVE, redisKey(key), expected));
	}

	private static boolean run(RedisScriptingCommands commands, byte[] script, byte[]... keyAndArguments) {
		// To send the digest of the script would save 150 bytes, and cost a second round
		// trip whenever a server has not seen the script
		Long changed = commands.eval(script, ReturnType.INTEGER, 1, keyAndArguments);
		return changed != null && changed == 1;
	}

	private <T> T call(String operation, Function<RedisConnection, T> commands) {
		try (RedisConnection connection = open(operation)) {
			return commands.apply(connection);
		}
		catch (StateStoreException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			StateStoreException failure = RedisFailures.afterSending(operation, ex);
			this.connections.failed(failure);
			throw failure;
		}
	}

	private RedisConnection open(String operation) {
		try {
			return this.connections.open();
		}
		catch (RuntimeException ex) {
			throw RedisFailures.beforeSending(operation, ex);
		}
	}

	private byte[] redisKey(StateKey key) {
		byte[] prefix = utf8(this.keyPrefix);
		return ByteBuffer.allocate(prefix.length + StateKey.LENGTH).put(prefix).put(key.toByteArray()).array();
	}

	private static long millis(Duration ttl) {
		return Math.max(1, ttl.toMillis());
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public void destroy() {
		this.connections.close();
	}

	@Override
	public String toString() {
		return "redis, keys " + this.keyPrefix + "*";
	}

}
