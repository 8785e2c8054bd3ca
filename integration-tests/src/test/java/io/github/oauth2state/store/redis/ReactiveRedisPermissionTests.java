package io.github.oauth2state.store.redis;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;

/**
 * Tests that reactive callers need no more permissions than others.
 */
class ReactiveRedisPermissionTests extends RedisPermissionTests {

	@Override
	StateStore called(RedisStateStore store) {
		return ReactiveCalls.of(store);
	}

}
