package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisStateStore} on a real Redis.
 */
class RedisStateStoreTests extends StateStoreContract {

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
		return store;
	}

	@Test
	void describesItself() {
		assertThat(store).hasToString("redis, keys oauth2-state:*");
	}

}
