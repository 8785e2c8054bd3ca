package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;

import io.github.oauth2state.backends.TestRedis;

/**
 * The records in a real Redis.
 */
final class RedisRecords implements StoredRecords {

	private final TestRedis redis = TestRedis.instance();

	private final RedisCommands<byte[], byte[]> commands = RedisClient.create(this.redis.url())
		.connect(ByteArrayCodec.INSTANCE)
		.sync();

	@Override
	public List<String> properties() {
		return List.of("oauth2-state.store=redis", "spring.data.redis.url=" + this.redis.url(),
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
	}

	@Override
	public int callsDuring(Runnable work) {
		Map<String, Integer> calls = this.redis.callsDuring(work);
		return calls.values().stream().mapToInt(Integer::intValue).sum();
	}

	@Override
	public long size() {
		return this.commands.dbsize();
	}

	@Override
	public long bytes() {
		return this.redis.usedMemory();
	}

	@Override
	public void rewrite(UnaryOperator<byte[]> change) {
		keys().forEach((key) -> set(key, change.apply(this.commands.get(key))));
	}

	@Override
	public void swap() {
		byte[][] keys = keys().toArray(byte[][]::new);
		List<KeyValue<byte[], byte[]>> values = this.commands.mget(keys[0], keys[1]);
		set(keys[0], values.get(1).getValue());
		set(keys[1], values.get(0).getValue());
	}

	private List<byte[]> keys() {
		return ScanIterator.scan(this.commands).stream().toList();
	}

	private void set(byte[] key, byte[] value) {
		this.commands.set(key, value, SetArgs.Builder.keepttl());
	}

	@Override
	public void expireAll() {
		keys().forEach((key) -> this.commands.pexpire(key, 0));
	}

	@Override
	public void clear() {
		this.redis.flush();
	}

}
