package io.github.oauth2state.store;

import java.util.Optional;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;

/**
 * A store that reactive apps can call without a thread that waits for the answer.
 */
public interface NonBlockingStore {

	/**
	 * Returns the same store for reactive callers.
	 * @return the store, on the connections of this one, or empty if its connections can
	 * only block
	 */
	Optional<ReactiveStateStore> reactive();

	/**
	 * Returns a store that answers from memory, for reactive callers. It is called on the
	 * thread that subscribes.
	 * @param store a store that never waits
	 * @return the same store
	 */
	static ReactiveStateStore inMemory(StateStore store) {
		return new AdaptedStore(store);
	}

}
