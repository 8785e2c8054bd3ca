package io.github.oauth2state.store.redis;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.ReactiveCalls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@link ReactiveRedisStateStore} costs the same as {@link RedisStateStore}.
 */
class ReactiveRedisCostTests extends RedisCostTests {

	@Override
	StateStore called(RedisStateStore store) {
		return ReactiveCalls.of(store);
	}

	@Test
	void bothKindsOfCallersShareOneConnection() {
		LettuceConnectionFactory app = new LettuceConnectionFactory(TestRedis.instance().host(),
				TestRedis.instance().port());
		RedisStateStore store = new RedisStateStore(RedisConnections.of(app, Duration.ofSeconds(10)), "oauth2-state:");
		StateKey key = StateKey.of("app", "test", "shared");
		store.find(key);
		long before = TestRedis.instance().statistic("stats", "total_connections_received");
		called(store).find(key);
		assertThat(TestRedis.instance().statistic("stats", "total_connections_received")).isEqualTo(before);
		store.destroy();
	}

}
