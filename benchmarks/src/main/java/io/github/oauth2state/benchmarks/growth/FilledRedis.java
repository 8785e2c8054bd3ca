package io.github.oauth2state.benchmarks.growth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;

import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.benchmarks.store.Calls;
import io.github.oauth2state.benchmarks.store.Records;
import io.github.oauth2state.benchmarks.store.StoreApp;

/**
 * A Redis with many pending logins and nothing else.
 */
final class FilledRedis implements FilledStore {

	private static final int BATCH = 1000;

	private static final Duration TTL = Duration.ofHours(1);

	private static final Duration MOMENT = Duration.ofMillis(300);

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final TestRedis redis = TestRedis.instance();

	private final double bytesPerRecord;

	private final StoreApp app;

	FilledRedis(int records) {
		this.redis.flush();
		long empty = usedMemory();
		fill(records);
		this.bytesPerRecord = (usedMemory() - empty) / (double) records;
		this.app = StoreApp.onRedis();
	}

	/**
	 * Returns how much memory data takes. The server frees the buffers of a connection a
	 * moment after that is closed.
	 */
	private long usedMemory() {
		LockSupport.parkNanos(MOMENT.toNanos());
		return this.redis.usedMemory();
	}

	private void fill(int records) {
		RedisClient client = RedisClient.create(this.redis.url());
		try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
			connection.setAutoFlushCommands(false);
			for (int from = 1; from <= records; from += BATCH) {
				fill(connection, from, Math.min(from + BATCH - 1, records));
			}
		}
		finally {
			client.shutdown();
		}
	}

	private static void fill(StatefulRedisConnection<byte[], byte[]> connection, int from, int to) {
		SetArgs expiring = SetArgs.Builder.px(TTL.toMillis());
		List<Future<?>> replies = new ArrayList<>();
		for (int number = from; number <= to; number++) {
			byte[] key = Records.redisKey(NumberedKeys.of(number));
			replies.add(connection.async().set(key, Records.value(), expiring));
		}
		connection.flushCommands();
		if (!LettuceFutures.awaitAll(PATIENCE, replies.toArray(Future<?>[]::new))) {
			throw new IllegalStateException("Redis does not answer");
		}
	}

	@Override
	public Calls calls() {
		return Calls.of(this.app.store());
	}

	@Override
	public double bytesPerRecord() {
		return this.bytesPerRecord;
	}

	/**
	 * Does nothing, as Redis does not save its data here.
	 */
	@Override
	public void settle() {
	}

	@Override
	public void close() {
		this.app.close();
		this.redis.flush();
	}

}
