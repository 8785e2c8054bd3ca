package io.github.oauth2state.store.redis;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;

/**
 * Tests for {@link ReactiveRedisStateStore} on a real Redis.
 */
class ReactiveRedisStateStoreTests extends RedisStateStoreTests {

	@Override
	StateStore called(RedisStateStore store) {
		return ReactiveCalls.of(store);
	}

}
