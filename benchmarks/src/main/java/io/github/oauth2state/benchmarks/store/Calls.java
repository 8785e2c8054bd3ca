package io.github.oauth2state.benchmarks.store;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * The two calls that a login makes.
 */
public interface Calls {

	/**
	 * Stores a value for ten minutes unless there is one.
	 * @param key where to store it
	 * @param value the value
	 * @return whether it was stored
	 */
	boolean put(StateKey key, byte[] value);

	/**
	 * Removes a value and returns it.
	 * @param key where to look
	 * @return the value, or {@code null} if the key has no value
	 */
	byte @Nullable [] take(StateKey key);

	/**
	 * Returns the calls of a store.
	 * @param store the store
	 * @return its calls
	 */
	static Calls of(StateStore store) {
		return new Calls() {

			@Override
			public boolean put(StateKey key, byte[] value) {
				return store.putIfAbsent(key, value, Records.TTL).isEmpty();
			}

			@Override
			public byte @Nullable [] take(StateKey key) {
				return store.take(key).orElse(null);
			}

		};
	}

}
