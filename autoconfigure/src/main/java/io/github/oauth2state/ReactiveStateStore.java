package io.github.oauth2state;

import java.time.Duration;

import reactor.core.publisher.Mono;

/**
 * Keeps small, short-lived records that every instance of an application sees, without
 * blocking the thread of a caller. It keeps the same records as a {@link StateStore}, and
 * what is said there of values, expiry, concurrency, transactions and failure holds here.
 * In addition:
 * <ul>
 * <li><strong>Subscription</strong>: nothing happens before a returned publisher is
 * subscribed to, and each subscription makes one call.</li>
 * <li><strong>Failure</strong>: a call that cannot be answered ends with a
 * {@link StateStoreException} as its error signal, as does a value that is too long.</li>
 * <li><strong>Cancellation</strong>: a call whose subscriber cancels may have taken
 * effect all the same, as the command may have been sent. Callers treat a record that
 * they were taking as gone.</li>
 * <li><strong>Threads</strong>: implementations are thread-safe and never block the
 * thread that subscribes. They may signal on any thread that must not be blocked
 * either.</li>
 * </ul>
 * Declaring a bean of this type replaces the store that {@code oauth2-state.store}
 * chooses. A bean of type {@link StateStore} besides serves the callers that wait for
 * answers, such as the health indicator; without one, they wait for this store.
 */
public interface ReactiveStateStore {

	/**
	 * Returns what kind of store this is, for metrics and logs.
	 * @return a short name, always the same
	 */
	default String name() {
		return "custom";
	}

	/**
	 * Stores a value unless there is one.
	 * @param key where to store it
	 * @param value the value
	 * @param ttl how long it lives
	 * @return empty if the value was stored, otherwise the value that is there
	 */
	Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl);

	/**
	 * Returns a value and leaves it where it is.
	 * @param key where to look
	 * @return the value, or empty if there is none
	 */
	Mono<byte[]> find(StateKey key);

	/**
	 * Returns a value and removes it, in one step.
	 * @param key where to look
	 * @return the value, or empty if there is none or another caller took it
	 */
	Mono<byte[]> take(StateKey key);

	/**
	 * Replaces a value if it is still the expected one, and starts its life anew.
	 * @param key where it is
	 * @param expected the value that must be there
	 * @param value the new value
	 * @param ttl how long the new value lives
	 * @return whether the value was replaced
	 */
	Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl);

	/**
	 * Removes a value if it is still the expected one.
	 * @param key where it is
	 * @param expected the value that must be there
	 * @return whether the value was removed
	 */
	Mono<Boolean> remove(StateKey key, byte[] expected);

}
