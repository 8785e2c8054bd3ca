package io.github.oauth2state.store;

import java.util.Locale;

import io.github.oauth2state.StateStoreException;

/**
 * A circuit breaker around the store: logins that begin do not wait for a store that did
 * not answer recent calls. It is asked only when a login starts. Thread-safe.
 */
public interface StoreCircuit {

	/**
	 * Asks for permission to call the store once. A caller that gets it must call
	 * {@link #succeeded} or {@link #failed} after the call, or {@link #release} if it
	 * does not call the store.
	 * @return whether the store may be called
	 */
	boolean tryAcquire();

	/**
	 * Gives a permission back that was not used, so that another caller may have it. A
	 * half-open circuit gives few, and waits for their results.
	 */
	void release();

	/**
	 * Records a call that was answered.
	 * @param nanos how long it took
	 */
	void succeeded(long nanos);

	/**
	 * Records a call that failed. A call that the store refused because of its content
	 * does not count.
	 * @param nanos how long it took
	 * @param failure how it failed
	 */
	void failed(long nanos, StateStoreException failure);

	/**
	 * Returns the state.
	 * @return the state
	 */
	State state();

	/**
	 * Returns a circuit that never opens.
	 * @return a circuit that is always closed
	 */
	static StoreCircuit alwaysClosed() {
		return new StoreCircuit() {

			@Override
			public boolean tryAcquire() {
				return true;
			}

			@Override
			public void release() {
				// Nothing depends on it
			}

			@Override
			public void succeeded(long nanos) {
				// Nothing depends on it
			}

			@Override
			public void failed(long nanos, StateStoreException failure) {
				// Nothing depends on it
			}

			@Override
			public State state() {
				return State.CLOSED;
			}

		};
	}

	/**
	 * The states of a circuit.
	 */
	enum State {

		/**
		 * The store is called.
		 */
		CLOSED,

		/**
		 * The store is not called.
		 */
		OPEN,

		/**
		 * A single call finds out whether the store answers again.
		 */
		HALF_OPEN;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
