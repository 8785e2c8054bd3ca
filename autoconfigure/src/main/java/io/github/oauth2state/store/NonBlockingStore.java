package io.github.oauth2state.store;

import io.github.oauth2state.ReactiveStateStore;

/**
 * A store that reactive apps can call without a thread that waits for the answer.
 */
public interface NonBlockingStore {

	/**
	 * Returns the same store for reactive callers.
	 * @return the store, on the connections of this one
	 */
	ReactiveStateStore reactive();

}
