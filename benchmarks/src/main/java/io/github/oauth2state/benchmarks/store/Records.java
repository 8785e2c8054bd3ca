package io.github.oauth2state.benchmarks.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import io.github.oauth2state.StateKey;

/**
 * Records as logins have them.
 */
public final class Records {

	/**
	 * The length of a value, in bytes: about that of a sealed login with PKCE.
	 */
	public static final int LENGTH = 330;

	static final Duration TTL = Duration.ofMinutes(10);

	private static final byte[] REDIS_PREFIX = "oauth2-state:".getBytes(StandardCharsets.UTF_8);

	private Records() {
	}

	/**
	 * Returns a key that no other record has.
	 * @return the key
	 */
	public static StateKey key() {
		// Not UUID.randomUUID(), as all threads would wait for its source of randomness
		ThreadLocalRandom random = ThreadLocalRandom.current();
		return StateKey.of("app", "benchmark", new UUID(random.nextLong(), random.nextLong()).toString());
	}

	/**
	 * Returns a value that cannot be compressed.
	 * @return the value
	 */
	public static byte[] value() {
		byte[] value = new byte[LENGTH];
		ThreadLocalRandom.current().nextBytes(value);
		return value;
	}

	/**
	 * Returns the key that the store has in Redis.
	 * @param key identifies the record
	 * @return the key in Redis
	 */
	public static byte[] redisKey(StateKey key) {
		return ByteBuffer.allocate(REDIS_PREFIX.length + StateKey.LENGTH)
			.put(REDIS_PREFIX)
			.put(key.toByteArray())
			.array();
	}

}
