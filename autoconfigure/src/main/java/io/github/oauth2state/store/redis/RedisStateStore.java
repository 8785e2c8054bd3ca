package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStringCommands;
import org.springframework.data.redis.connection.RedisStringCommands.SetOption;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.types.Expiration;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.store.NonBlockingStore;
import io.github.oauth2state.store.SessionIndex;

/**
 * A {@link StateStore} in Redis with one key per record, which Redis expires. A call is
 * one command, or more for a longer value than records have and for a record that expires
 * during the call.
 */
final class RedisStateStore implements StateStore, NonBlockingStore, DisposableBean {

	private final RedisCalls calls;

	private final RedisConnections connections;

	private final RedisRecords records = new RedisRecords();

	RedisStateStore(RedisConnections connections, String keyPrefix) {
		this.connections = connections;
		this.calls = new RedisCalls(connections, keyPrefix);
	}

	/**
	 * Returns an index of sessions on the same connections.
	 * @return the index, which works until this store is destroyed
	 */
	SessionIndex sessionIndex() {
		return new RedisSessionIndex(this.calls);
	}

	/**
	 * Returns this store on the same connections, or empty where those are the app's, as
	 * not every client can wait without a thread.
	 */
	@Override
	public Optional<ReactiveStateStore> reactive() {
		return (this.connections instanceof OwnRedisConnections own)
				? Optional.of(new ReactiveRedisStateStore(own, this.calls, this.records)) : Optional.empty();
	}

	@Override
	public String name() {
		return RedisRecords.STORE;
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		StateStore.checkLength("putIfAbsent", value);
		return this.calls.call("putIfAbsent",
				(connection) -> putIfAbsent(connection, this.calls.key(key), RedisRecords.sent(value), ttl));
	}

	private Optional<byte[]> putIfAbsent(RedisConnection connection, byte[] key, byte[] value, Duration ttl) {
		RedisStringCommands commands = connection.stringCommands();
		Expiration expiration = Expiration.milliseconds(RedisCalls.millis(ttl));
		for (int attempt = 0; attempt < RedisRecords.PUT_ATTEMPTS; attempt++) {
			if (Boolean.TRUE.equals(commands.set(key, value, expiration, SetOption.ifAbsent()))) {
				return Optional.empty();
			}
			Optional<byte[]> there = find(connection, key);
			if (there.isPresent()) {
				return there;
			}
		}
		throw RedisRecords.keptChanging();
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return this.calls.call("find", (connection) -> find(connection, this.calls.key(key)));
	}

	private Optional<byte[]> find(RedisConnection connection, byte[] key) {
		RedisStringCommands commands = connection.stringCommands();
		byte[] value = this.records.mayRange() ? range(commands, key) : null;
		return RedisRecords.found((value != null || this.records.mayRange()) ? value : commands.get(key));
	}

	/**
	 * Returns {@code null} if the user may not run the command.
	 */
	private byte @Nullable [] range(RedisStringCommands commands, byte[] key) {
		try {
			return commands.getRange(key, 0, RedisRecords.READ_LENGTH - 1);
		}
		catch (RuntimeException ex) {
			if (!this.records.denyRanges(ex)) {
				throw ex;
			}
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
			.map(RedisRecords::received);
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		StateStore.checkLength("replace", value);
		byte[] millis = RedisCalls.utf8(Long.toString(RedisCalls.millis(ttl)));
		return run("replace", RedisRecords.REPLACE, key, RedisRecords.sent(expected), RedisRecords.sent(value), millis);
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return run("remove", RedisRecords.REMOVE, key, RedisRecords.sent(expected));
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

	@Override
	public void destroy() {
		this.calls.close();
	}

	@Override
	public String toString() {
		return "redis, keys " + this.calls.keyPrefix() + "*";
	}

}
