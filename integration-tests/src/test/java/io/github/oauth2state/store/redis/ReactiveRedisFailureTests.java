package io.github.oauth2state.store.redis;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;

/**
 * Tests for {@link ReactiveRedisStateStore} while Redis or the way to it fails.
 */
class ReactiveRedisFailureTests extends RedisStateStoreFailureTests {

	@Override
	StateStore called(RedisStateStore store) {
		return ReactiveCalls.of(store);
	}

}
