package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisStateStore} on a real Redis.
 */
class RedisStateStoreTests extends StateStoreContract {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static LettuceConnectionFactory connectionFactory;

	private static RedisStateStore store;

	@BeforeAll
	static void connect() {
		TestRedis redis = TestRedis.instance();
		connectionFactory = new LettuceConnectionFactory(redis.host(), redis.port());
		connectionFactory.afterPropertiesSet();
		store = new RedisStateStore(RedisConnections.of(connectionFactory, Duration.ofSeconds(10)), "oauth2-state:");
	}

	@AfterAll
	static void disconnect() {
		store.destroy();
		connectionFactory.destroy();
	}

	@Override
	protected StateStore store() {
		return called(store);
	}

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(RedisStateStore store) {
		return store;
	}

	@Test
	void describesItself() {
		assertThat(store()).hasToString("redis, keys oauth2-state:*");
	}

	/**
	 * Nobody but somebody else can have written it.
	 */
	@Test
	void recordThatIsTooLongIsNotReadWhole() {
		StateKey key = StateKey.of("app", "test", "too long");
		write(key, new byte[60_000_000]);
		byte[] cut = new byte[64 * 1024 + 1];
		assertThat(store().find(key)).contains(cut);
		assertThat(store().putIfAbsent(key, new byte[1], MINUTE)).contains(cut);
		assertThat(store().replace(key, cut, new byte[] { 2 }, MINUTE)).isTrue();
		assertThat(store().find(key)).contains(new byte[] { 2 });
		write(key, new byte[60_000_000]);
		assertThat(store().remove(key, new byte[] { 2 })).isFalse();
		assertThat(store().remove(key, cut)).isTrue();
		write(key, new byte[100_000]);
		assertThat(store().take(key)).contains(cut);
		assertThat(store().find(key)).isEmpty();
	}

	/**
	 * As the server counts what it sends.
	 */
	@Test
	void recordThatIsTooLongIsNotSent() {
		StateKey key = StateKey.of("app", "test", "not sent");
		write(key, new byte[60_000_000]);
		long before = TestRedis.instance().statistic("stats", "total_net_output_bytes");
		store().find(key);
		store().putIfAbsent(key, new byte[1], MINUTE);
		store().replace(key, new byte[1], new byte[2], MINUTE);
		store().remove(key, new byte[1]);
		assertThat(TestRedis.instance().statistic("stats", "total_net_output_bytes") - before).isLessThan(1_000_000);
		TestRedis.instance().flush();
	}

	private static void write(StateKey key, byte[] value) {
		byte[] prefix = "oauth2-state:".getBytes(StandardCharsets.US_ASCII);
		byte[] name = ByteBuffer.allocate(prefix.length + StateKey.LENGTH).put(prefix).put(key.toByteArray()).array();
		try (RedisConnection connection = connectionFactory.getConnection()) {
			connection.stringCommands().set(name, value);
		}
	}

}
