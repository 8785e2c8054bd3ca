package io.github.oauth2state.login.reactive;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.login.StoreFailureLog;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Calls the store for pending logins, and lets no failure of it out. What fails is logged
 * here, and the circuit learns of it when a login starts.
 */
final class ReactiveLoginStore {

	private final @Nullable ReactiveStateStore store;

	private final StoreCircuit circuit;

	/**
	 * Creates a store.
	 * @param store the store, or {@code null} if the app keeps all pending logins in
	 * cookies: it has no records then, although a browser may still have the cookie of an
	 * older login
	 * @param circuit the circuit breaker
	 */
	ReactiveLoginStore(@Nullable ReactiveStateStore store, StoreCircuit circuit) {
		this.store = store;
		this.circuit = circuit;
	}

	/**
	 * Asks the circuit for permission to put one record. A caller that gets it must
	 * subscribe to {@link #put} or call {@link #release}.
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
	Mono<Boolean> put(StartedLogin login) {
		return Mono.defer(() -> {
			long called = System.nanoTime();
			AtomicBoolean answered = new AtomicBoolean();
			return call((store) -> store.putIfAbsent(login.key(), login.value(), login.ttl())).doOnNext((existing) -> {
				if (answered.compareAndSet(false, true)) {
					this.circuit.succeeded(System.nanoTime() - called);
				}
			}).map((existing) -> {
				// A client may send a command again whose answer was late, and then it
				// finds its own record
				if (existing.filter((value) -> !Arrays.equals(value, login.value())).isPresent()) {
					throw new IllegalStateException("Two logins with the same state and the same secret");
				}
				return true;
			}).onErrorResume((ex) -> answered.compareAndSet(false, true), (ex) -> {
				this.circuit.failed(System.nanoTime() - called, StoreFailureLog.log("the start of a login", ex));
				return Mono.just(false);
			}).doOnCancel(() -> {
				if (answered.compareAndSet(false, true)) {
					this.circuit.release();
				}
			});
		});
	}

	/**
	 * Takes the record of a callback.
	 */
	Mono<LoginCallback.Result> take(LoginCallback callback) {
		return read(callback, (store) -> store.take(callback.key()));
	}

	/**
	 * Reads the record of a callback and leaves it where it is.
	 */
	Mono<LoginCallback.Result> find(LoginCallback callback) {
		return read(callback, (store) -> store.find(callback.key()));
	}

	private Mono<LoginCallback.Result> read(LoginCallback callback,
			Function<ReactiveStateStore, Mono<byte[]>> operation) {
		if (!callback.isPending()) {
			return Mono.just(new LoginCallback.Lost(LoginOutcome.ALREADY_USED));
		}
		if (callback.path() == LoginPath.COOKIE) {
			return Mono.fromSupplier(callback::readFromCookie);
		}
		return call(operation).onErrorResume((ex) -> {
			StoreFailureLog.log("a callback", ex);
			return Mono.empty();
		}).map(callback::read).defaultIfEmpty(new LoginCallback.Lost(LoginOutcome.STORE_ERROR));
	}

	/**
	 * Puts back the record of a callback that was refused, for the right callback. This
	 * never fails, as the check of the callback may just have failed.
	 */
	Mono<Void> putBack(LoginCallback callback, LoginCallback.Found found) {
		byte[] record = callback.record();
		if (record == null) {
			return Mono.empty();
		}
		return call((store) -> store.putIfAbsent(callback.key(), record, callback.remaining(found)))
			.onErrorResume((ex) -> {
				StoreFailureLog.log("a callback that was refused", ex);
				return Mono.empty();
			})
			.then();
	}

	/**
	 * Finds the record of a posted callback, or none if the store does not answer.
	 */
	Mono<Optional<byte[]>> findPosted(StateKey key) {
		return call((store) -> store.find(key)).onErrorResume((ex) -> {
			StoreFailureLog.log("a posted callback", ex);
			return Mono.just(Optional.empty());
		});
	}

	/**
	 * Calls the store. What it throws instead of a signal becomes one.
	 */
	private Mono<Optional<byte[]>> call(Function<ReactiveStateStore, Mono<byte[]>> operation) {
		ReactiveStateStore store = this.store;
		return (store != null)
				? Mono.defer(() -> operation.apply(store)).map(Optional::of).defaultIfEmpty(Optional.empty())
				: Mono.just(Optional.empty());
	}

}
