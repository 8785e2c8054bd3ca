package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * The store of {@link RedisStateStore} for reactive callers, with the same commands on
 * the same connection. No thread waits for Redis, nor for a connection to it.
 */
final class ReactiveRedisStateStore implements ReactiveStateStore {

	private final OwnRedisConnections connections;

	private final RedisCalls calls;

	private final RedisRecords records;

	ReactiveRedisStateStore(OwnRedisConnections connections, RedisCalls calls, RedisRecords records) {
		this.connections = connections;
		this.calls = calls;
		this.records = records;
	}

	@Override
	public String name() {
		return RedisRecords.STORE;
	}

	@Override
	public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		return call("putIfAbsent", (commands) -> {
			StateStore.checkLength("putIfAbsent", value);
			SetArgs ifAbsent = SetArgs.Builder.nx().px(RedisCalls.millis(ttl));
			return putIfAbsent(commands, this.calls.key(key), RedisRecords.sent(value), ifAbsent,
					RedisRecords.PUT_ATTEMPTS);
		});
	}

	private Mono<byte[]> putIfAbsent(RedisClusterAsyncCommands<byte[], byte[]> commands, byte[] key, byte[] value,
			SetArgs ifAbsent, int attempts) {
		if (attempts == 0) {
			return Mono.error(RedisRecords::keptChanging);
		}
		return Mono.fromCompletionStage(() -> commands.set(key, value, ifAbsent))
			.hasElement()
			.flatMap((stored) -> stored ? Mono.empty() : find(commands, key)
				.switchIfEmpty(Mono.defer(() -> putIfAbsent(commands, key, value, ifAbsent, attempts - 1))));
	}

	@Override
	public Mono<byte[]> find(StateKey key) {
		return call("find", (commands) -> find(commands, this.calls.key(key)));
	}

	private Mono<byte[]> find(RedisClusterAsyncCommands<byte[], byte[]> commands, byte[] key) {
		Mono<byte[]> whole = Mono.fromCompletionStage(() -> commands.get(key));
		if (!this.records.mayRange()) {
			return whole.mapNotNull(ReactiveRedisStateStore::found);
		}
		return Mono.fromCompletionStage(() -> commands.getrange(key, 0, RedisRecords.READ_LENGTH - 1))
			.onErrorResume(this.records::denyRanges, (denied) -> whole)
			.mapNotNull(ReactiveRedisStateStore::found);
	}

	private static byte @Nullable [] found(byte[] range) {
		return RedisRecords.found(range).orElse(null);
	}

	@Override
	public Mono<byte[]> take(StateKey key) {
		return call("take", (commands) -> Mono.fromCompletionStage(() -> commands.getdel(this.calls.key(key)))
			.map(RedisRecords::received));
	}

	@Override
	public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return call("replace", (commands) -> {
			StateStore.checkLength("replace", value);
			return eval(commands, RedisRecords.REPLACE, key, RedisRecords.sent(expected), RedisRecords.sent(value),
					RedisCalls.utf8(Long.toString(RedisCalls.millis(ttl))));
		});
	}

	@Override
	public Mono<Boolean> remove(StateKey key, byte[] expected) {
		return call("remove", (commands) -> eval(commands, RedisRecords.REMOVE, key, RedisRecords.sent(expected)));
	}

	private Mono<Boolean> eval(RedisClusterAsyncCommands<byte[], byte[]> commands, byte[] script, StateKey key,
			byte[]... arguments) {
		byte[][] keys = { this.calls.key(key) };
		return Mono.fromCompletionStage(() -> commands.<Long>eval(script, ScriptOutputType.INTEGER, keys, arguments))
			.map((changed) -> changed == 1);
	}

	/**
	 * Sends commands, which have the timeout of the connection, as soon as there is one.
	 */
	private <T> Mono<T> call(String operation, Function<RedisClusterAsyncCommands<byte[], byte[]>, Mono<T>> commands) {
		return Mono.defer(() -> {
			CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connecting = this.connections.connecting();
			Mono<T> answer = connected(operation, connecting)
				.flatMap((connected) -> Mono.defer(() -> commands.apply(connected))
					.onErrorMap((failure) -> failed(operation, failure)));
			return connecting.isDone() ? answer
					: answer.timeout(this.connections.timeout(), Mono.error(() -> late(operation, connecting)));
		});
	}

	/**
	 * All callers share the attempt to connect, so each waits for a copy, which it may
	 * cancel. Reactor would log a failure that comes after that as dropped.
	 */
	private static <T> Mono<T> connected(String operation, CompletableFuture<T> connecting) {
		return Mono.fromFuture(connecting::copy)
			.onErrorMap(
					(failure) -> RedisFailures.beforeSending(operation, OwnRedisConnections.failedToConnect(failure)));
	}

	private StateStoreException failed(String operation, Throwable thrown) {
		if (thrown instanceof StateStoreException known) {
			return known;
		}
		StateStoreException failure = RedisFailures.afterSending(operation, thrown);
		this.connections.failed(failure);
		return failure;
	}

	/**
	 * Says how a call failed whose time passed while the connection was opened, or in the
	 * rest that was left for the command.
	 */
	private StateStoreException late(String operation, CompletableFuture<?> connecting) {
		boolean sent = connecting.isDone() && !connecting.isCompletedExceptionally();
		return sent ? failed(operation, new QueryTimeoutException("No answer in time"))
				: RedisFailures.beforeSending(operation, OwnRedisConnections.tooLateToConnect(null));
	}

	@Override
	public String toString() {
		return RedisRecords.STORE + ", keys " + this.calls.keyPrefix() + "*";
	}

}
