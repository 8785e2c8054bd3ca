package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndexContract;

/**
 * Tests for {@link RedisSessionIndex} on a real Redis.
 */
class RedisSessionIndexTests extends SessionIndexContract {

	private static RedisStateStore store;

	private static SessionIndex index;

	@BeforeAll
	static void connect() {
		TestRedis redis = TestRedis.instance();
		store = new RedisStateStore(RedisConnections.of(new LettuceConnectionFactory(redis.host(), redis.port()),
				Duration.ofSeconds(10)), "oauth2-state:");
		index = store.sessionIndex();
	}

	@AfterAll
	static void disconnect() {
		store.destroy();
	}

	@Override
	protected SessionIndex index() {
		return index;
	}

}
