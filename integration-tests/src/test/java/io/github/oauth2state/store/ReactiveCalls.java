package io.github.oauth2state.store;

import java.time.Duration;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;

/**
 * Lets tests of a {@link StateStore} test the same store for reactive callers.
 */
public final class ReactiveCalls {

	/**
	 * Longer than any timeout of a store that is tested.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(50);

	private static final BlockingCalls BLOCKING = new BlockingCalls(10, 1000, PATIENCE);

	private ReactiveCalls() {
	}

	/**
	 * Returns a store that makes each call as a reactive caller does, and waits for it.
	 * @param store a store that does not block
	 * @return the same store
	 */
	public static StateStore of(NonBlockingStore store) {
		return of(store.reactive().orElseThrow());
	}

	/**
	 * Returns a store that makes each call as a reactive caller does, and waits for it.
	 * @param store a store that blocks
	 * @return the same store
	 */
	public static StateStore ofBlocking(StateStore store) {
		return of(new BlockingStoreAdapter(store, BLOCKING));
	}

	/**
	 * Returns a store that makes each call as a reactive caller does, and waits for it.
	 * @param store the store
	 * @return the same store
	 */
	public static StateStore of(ReactiveStateStore store) {
		return new AwaitedStore(store, PATIENCE);
	}

}
