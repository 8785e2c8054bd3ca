package io.github.oauth2state.test;

import io.github.oauth2state.StateStore;

/**
 * Tests for {@link MapStateStore}, as an app would test a store of its own.
 */
class MapStateStoreTests extends StateStoreContract {

	private static final StateStore store = new MapStateStore();

	@Override
	protected StateStore store() {
		return store;
	}

}
