package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.login.StoreFailureLog;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Calls the store for pending logins, and lets no failure of it out. A store of the app's
 * own may throw anything. What it throws is logged here, and the circuit learns of it
 * when a login starts.
 */
final class GuardedStateStore {

	private final StateStore store;

	private final StoreCircuit circuit;

	GuardedStateStore(StateStore store, StoreCircuit circuit) {
		this.store = store;
		this.circuit = circuit;
	}

	/**
	 * Asks the circuit for permission to put one record. A caller that gets it must call
	 * {@link #put} or {@link #release}.
	 */
	boolean tryAcquire() {
		return this.circuit.tryAcquire();
	}

	void release() {
		this.circuit.release();
	}

	/**
	 * Stores a login.
	 * @return whether the store answered
	 */
	boolean put(StartedLogin login) {
		long called = System.nanoTime();
		Optional<byte[]> existing;
		try {
			existing = this.store.putIfAbsent(login.key(), login.value(), login.ttl());
		}
		catch (RuntimeException ex) {
			this.circuit.failed(System.nanoTime() - called, StoreFailureLog.log("the start of a login", ex));
			return false;
		}
		this.circuit.succeeded(System.nanoTime() - called);
		// A store of the app's own may have a client that sends a command again whose
		// answer was late, and then it finds its own record
		if (existing.filter((value) -> !Arrays.equals(value, login.value())).isPresent()) {
			throw new IllegalStateException("Two logins with the same state and the same secret");
		}
		return true;
	}

	/**
	 * Takes the record of a callback.
	 */
	LoginCallback.Result take(LoginCallback callback) {
		return read(callback, this.store::take);
	}

	/**
	 * Reads the record of a callback and leaves it where it is.
	 */
	LoginCallback.Result find(LoginCallback callback) {
		return read(callback, this.store::find);
	}

	private static LoginCallback.Result read(LoginCallback callback, Function<StateKey, Optional<byte[]>> operation) {
		if (!callback.isPending()) {
			return new LoginCallback.Lost(LoginOutcome.ALREADY_USED);
		}
		if (callback.path() == LoginPath.COOKIE) {
			return callback.readFromCookie();
		}
		Optional<byte[]> record;
		try {
			record = operation.apply(callback.key());
		}
		catch (RuntimeException ex) {
			StoreFailureLog.log("a callback", ex);
			return new LoginCallback.Lost(LoginOutcome.STORE_ERROR);
		}
		return callback.read(record);
	}

	/**
	 * Puts back the record of a callback that was refused, for the right callback. This
	 * throws nothing, as the check of the callback may just have failed.
	 */
	void putBack(LoginCallback callback, LoginCallback.Found found) {
		byte[] record = callback.record();
		if (record == null) {
			return;
		}
		try {
			this.store.putIfAbsent(callback.key(), record, callback.remaining(found));
		}
		catch (RuntimeException ex) {
			StoreFailureLog.log("a callback that was refused", ex);
		}
	}

	/**
	 * Finds the record of a posted callback, or none if the store does not answer.
	 */
	Optional<byte[]> findPosted(StateKey key) {
		try {
			return this.store.find(key);
		}
		catch (RuntimeException ex) {
			StoreFailureLog.log("a posted callback", ex);
			return Optional.empty();
		}
	}

	/**
	 * Removes the record of a callback without reading it. If the store does not answer,
	 * the record expires, and its browser can no longer call it back.
	 */
	void discard(LoginCallback callback) {
		if (callback.path() != LoginPath.SHARED) {
			return;
		}
		try {
			this.store.take(callback.key());
		}
		catch (RuntimeException ex) {
			StoreFailureLog.log("the end of a login", ex);
		}
	}

	/**
	 * Returns the store of an app that keeps all pending logins in cookies: it has no
	 * records. A browser may still have the cookie of a login that started before the app
	 * was configured so.
	 */
	static StateStore none() {
		return new NoStore();
	}

	private static final class NoStore implements StateStore {

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

}
