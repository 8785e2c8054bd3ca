package io.github.oauth2state.benchmarks.store;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestRedis;

/**
 * The commands of the Redis store on one connection, as Lettuce offers them. No command
 * has a timer of its own.
 */
final class LettuceCalls implements Calls, AutoCloseable {

	private final RedisClient client = RedisClient.create(TestRedis.instance().url());

	private final RedisCommands<byte[], byte[]> commands = this.client.connect(ByteArrayCodec.INSTANCE).sync();

	@Override
	public boolean put(StateKey key, byte[] value) {
		SetArgs ifAbsent = SetArgs.Builder.nx().px(Records.TTL.toMillis());
		return "OK".equals(this.commands.set(Records.redisKey(key), value, ifAbsent));
	}

	@Override
	public byte @Nullable [] take(StateKey key) {
		return this.commands.getdel(Records.redisKey(key));
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
