package io.github.oauth2state.store.memory;

import java.time.InstantSource;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;
import io.github.oauth2state.test.StateStoreContract;

/**
 * Tests for {@link MemoryStateStore} and reactive callers.
 */
class ReactiveMemoryStateStoreTests extends StateStoreContract {

	private final StateStore store = ReactiveCalls.of(new MemoryStateStore(InstantSource.system(), 1_000_000));

	@Override
	protected StateStore store() {
		return this.store;
	}

}
