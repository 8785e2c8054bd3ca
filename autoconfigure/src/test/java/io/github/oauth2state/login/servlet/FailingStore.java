package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * A store of one record that fails with exceptions of its own.
 */
final class FailingStore implements StateStore {

	Optional<byte[]> record = Optional.empty();

	boolean failing;

	boolean failingToPut;

	static FailingStore failing() {
		FailingStore store = new FailingStore();
		store.failing = true;
		return store;
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		failIf(this.failing || this.failingToPut);
		this.record = Optional.of(value);
		return Optional.empty();
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		failIf(this.failing);
		return this.record;
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		failIf(this.failing);
		return this.record;
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		throw new UnsupportedOperationException();
	}

	private static void failIf(boolean failing) {
		if (failing) {
			throw new IllegalStateException("A failure of the app's own");
		}
	}

}
