package io.github.oauth2state.rollout;

import io.github.oauth2state.StateStoreException;

/**
 * A circuit that is always closed.
 */
final class NoCircuit implements StoreCircuit {

	@Override
	public boolean tryAcquire() {
		return true;
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

}
