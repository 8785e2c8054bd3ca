package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Optional;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;

/**
 * Stands for the store of an app that keeps all pending logins in cookies. It has no
 * records, such as of logins that began before the app was configured so.
 */
final class NoStore implements StateStore {

	@Override
	public String name() {
		return "cookie";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		throw new UnsupportedOperationException("There is no store");
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return Optional.empty();
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return Optional.empty();
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return false;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return false;
	}

	@Override
	public String toString() {
		return "cookies of the browsers";
	}

}
