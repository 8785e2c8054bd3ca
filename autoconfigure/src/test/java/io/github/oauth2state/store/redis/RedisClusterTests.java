package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisStateStore} on Redis Cluster, which refuses what touches keys of
 * different slots.
 */
class RedisClusterTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final TestRedis redis = TestRedis.cluster();

	private final LettuceConnectionFactory app = new LettuceConnectionFactory(
			new RedisClusterConfiguration().clusterNode(this.redis.host(), this.redis.port()));

	private final RedisStateStore store = new RedisStateStore(RedisConnections.of(this.app, Duration.ofSeconds(10)),
			"oauth2-state:");

	@BeforeEach
	void start() {
		this.app.afterPropertiesSet();
	}

	@AfterEach
	void close() {
		this.store.destroy();
		this.app.destroy();
	}

	@Test
	void everyCallWorks() {
		for (int i = 0; i < 100; i++) {
			StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
			assertThat(this.store.putIfAbsent(key, bytes(1), MINUTE)).isEmpty();
			assertThat(this.store.putIfAbsent(key, bytes(2), MINUTE)).contains(bytes(1));
			assertThat(this.store.find(key)).contains(bytes(1));
			assertThat(this.store.replace(key, bytes(1), bytes(3), MINUTE)).isTrue();
			assertThat(this.store.remove(key, bytes(1))).isFalse();
			assertThat(this.store.remove(key, bytes(3))).isTrue();
			assertThat(this.store.putIfAbsent(key, bytes(4), MINUTE)).isEmpty();
			assertThat(this.store.take(key)).contains(bytes(4));
			assertThat(this.store.take(key)).isEmpty();
		}
	}

	private static byte[] bytes(int value) {
		return new byte[] { (byte) value };
	}

}
