package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link RedisStateStore} costs, as Redis itself counts.
 */
class RedisCostTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final TestRedis redis = TestRedis.instance();

	private final LettuceConnectionFactory app = new LettuceConnectionFactory(this.redis.host(), this.redis.port());

	private final RedisStateStore store = new RedisStateStore(RedisConnections.of(this.app, Duration.ofSeconds(10)),
			"oauth2-state:");

	private final StateKey key = randomKey();

	@AfterEach
	void close() {
		this.store.destroy();
	}

	@Test
	void eachCallIsOneCommand() {
		this.store.find(this.key);
		assertThat(calls(() -> this.store.putIfAbsent(this.key, new byte[1], MINUTE))).isEqualTo(Map.of("set", 1));
		assertThat(calls(() -> this.store.find(this.key))).isEqualTo(Map.of("getrange", 1));
		assertThat(calls(() -> this.store.take(this.key))).isEqualTo(Map.of("getdel", 1));
		assertThat(calls(() -> this.store.take(this.key))).isEqualTo(Map.of("getdel", 1));
	}

	@Test
	void callsOnARecordThatIsThereAreOneRoundTripMore() {
		this.store.putIfAbsent(this.key, new byte[1], MINUTE);
		assertThat(calls(() -> this.store.putIfAbsent(this.key, new byte[1], MINUTE)))
			.isEqualTo(Map.of("set", 1, "getrange", 1));
	}

	@Test
	void comparingCallsAreOneRoundTripAndRunOnTheServer() {
		this.store.putIfAbsent(this.key, new byte[1], MINUTE);
		assertThat(calls(() -> this.store.replace(this.key, new byte[1], new byte[2], MINUTE)))
			.isEqualTo(Map.of("eval", 1, "get", 1, "set", 1));
		assertThat(calls(() -> this.store.remove(this.key, new byte[2])))
			.isEqualTo(Map.of("eval", 1, "get", 1, "del", 1));
	}

	@Test
	void aPendingLoginTakesAtMost750Bytes() {
		int records = 10_000;
		this.store.find(this.key);
		this.redis.flush();
		byte[] value = new byte[450];
		new Random(42).nextBytes(value);
		long before = this.redis.usedMemory();
		IntStream.range(0, records).forEach((i) -> this.store.putIfAbsent(randomKey(), value, MINUTE));
		long perRecord = (this.redis.usedMemory() - before) / records;
		System.out.println("Redis: " + perRecord + " bytes per record with a value of 450 bytes");
		assertThat(perRecord).isBetween(450L, 750L);
	}

	private Map<String, Integer> calls(Runnable work) {
		return this.redis.callsDuring(work);
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

}
