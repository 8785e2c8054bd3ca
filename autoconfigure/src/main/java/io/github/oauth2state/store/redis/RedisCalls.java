package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.ReturnType;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;

/**
 * Calls Redis, and says why a call failed.
 */
final class RedisCalls implements AutoCloseable {

	private final RedisConnections connections;

	private final String keyPrefix;

	RedisCalls(RedisConnections connections, String keyPrefix) {
		this.connections = connections;
		this.keyPrefix = keyPrefix;
	}

	/**
	 * Returns what the keys of all records begin with.
	 * @return the prefix
	 */
	String keyPrefix() {
		return this.keyPrefix;
	}

	/**
	 * Runs commands.
	 * @param <T> the type of the result
	 * @param operation the name of the operation, for exceptions
	 * @param commands the commands
	 * @return their result
	 * @throws StateStoreException if they failed
	 */
	<T extends @Nullable Object> T call(String operation, Function<RedisConnection, T> commands) {
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

	/**
	 * Runs a script on one key.
	 * @param operation the name of the operation, for exceptions
	 * @param script the script
	 * @param type what it returns
	 * @param key the key
	 * @param arguments the arguments of the script
	 * @return what the script returned
	 */
	Object eval(String operation, byte[] script, ReturnType type, byte[] key, byte[]... arguments) {
		return call(operation, (connection) -> eval(connection, script, type, key, arguments));
	}

	/**
	 * Runs a script on each of several keys: with Lettuce in one round trip, otherwise
	 * one after the other.
	 * @param operation the name of the operation, for exceptions
	 * @param script a script that returns a number
	 * @param keys the keys
	 * @param arguments the arguments of the script
	 * @return a number for each key
	 */
	List<Long> evalOnEach(String operation, byte[] script, List<byte[]> keys, byte[]... arguments) {
		return call(operation, (connection) -> {
			// Not a pipeline of Spring Data, which opens another connection. Commands of
			// the app's connections may have no timeout.
			if (this.connections instanceof OwnRedisConnections) {
				return Lettuce.evalOnEach(connection, script, keys, arguments);
			}
			return keys.stream()
				.map((key) -> (Long) eval(connection, script, ReturnType.INTEGER, key, arguments))
				.toList();
		});
	}

	private static Object eval(RedisConnection connection, byte[] script, ReturnType type, byte[] key,
			byte[]... arguments) {
		byte[][] all = Stream.concat(Stream.of(key), Arrays.stream(arguments)).toArray(byte[][]::new);
		// The digest of the script would save some hundred bytes, but cost a second round
		// trip if a server does not know the script yet
		Object result = connection.scriptingCommands().eval(script, type, 1, all);
		return Objects.requireNonNull(result, "a script has a result");
	}

	/**
	 * Returns the key of a record.
	 * @param key identifies the record
	 * @return the key in Redis
	 */
	byte[] key(StateKey key) {
		return key(key, "");
	}

	/**
	 * Returns the key of something else that is kept for a record.
	 * @param key identifies the record
	 * @param suffix what else it is
	 * @return the key in Redis
	 */
	byte[] key(StateKey key, String suffix) {
		byte[] before = utf8(this.keyPrefix);
		byte[] after = utf8(suffix);
		return ByteBuffer.allocate(before.length + StateKey.LENGTH + after.length)
			.put(before)
			.put(key.toByteArray())
			.put(after)
			.array();
	}

	static long millis(Duration ttl) {
		return Math.max(1, ttl.toMillis());
	}

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.connections.close();
	}

	/**
	 * Loaded only where Lettuce is on the class path.
	 */
	private static final class Lettuce {

		/**
		 * Sends all commands before it waits for the first reply. The commands have the
		 * timeout of the connection.
		 */
		@SuppressWarnings("unchecked")
		static List<Long> evalOnEach(RedisConnection connection, byte[] script, List<byte[]> keys,
				byte[]... arguments) {
			RedisScriptingAsyncCommands<byte[], byte[]> commands = (RedisScriptingAsyncCommands<byte[], byte[]>) connection
				.getNativeConnection();
			List<RedisFuture<Long>> replies = keys.stream()
				.map((key) -> commands.<Long>eval(script, ScriptOutputType.INTEGER, new byte[][] { key }, arguments))
				.toList();
			return replies.stream().map(Lettuce::await).toList();
		}

		private static Long await(RedisFuture<Long> reply) {
			try {
				return reply.toCompletableFuture().join();
			}
			catch (CompletionException ex) {
				throw (ex.getCause() instanceof RuntimeException cause) ? cause : ex;
			}
		}

	}

}
