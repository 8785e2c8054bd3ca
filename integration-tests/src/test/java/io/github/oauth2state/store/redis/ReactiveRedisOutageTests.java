package io.github.oauth2state.store.redis;

import io.github.oauth2state.StateStore;

/**
 * Tests for what {@link ReactiveRedisStateStore} makes of a server that goes down, slows
 * down or becomes a replica, and comes back.
 */
class ReactiveRedisOutageTests extends RedisOutageTests {

	@Override
	StateStore called(RedisApp app) {
		return app.reactiveStore();
	}

}
