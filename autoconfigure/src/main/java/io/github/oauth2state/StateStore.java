package io.github.oauth2state;

import java.time.Duration;
import java.util.Optional;

import io.github.oauth2state.StateStoreException.Reason;

/**
 * Keeps small, short-lived records that every instance of an application sees.
 * <p>
 * What holds for every implementation:
 * <ul>
 * <li><strong>Values</strong> are opaque bytes, never {@code null}, possibly empty, and
 * at most {@value #MAX_VALUE_LENGTH} of them. They come back bit by bit as they were
 * given. A longer value is refused with {@link StateStoreException.Reason#REJECTED} and
 * changes nothing.</li>
 * <li><strong>Reads are bounded</strong>: if something else has written a longer value to
 * where records are kept, all calls see its first {@value #MAX_VALUE_LENGTH} + 1 bytes
 * only. So no call costs more than that, and callers can tell that it is too long.</li>
 * <li><strong>Expiry</strong>: a record lives for its time to live, counted in
 * milliseconds on the store's own clock, and is absent from then on, whether or not it
 * has been cleaned away. A time to live is positive and at most 400 days.</li>
 * <li><strong>Concurrency</strong>: every call is atomic. Of any number of callers on any
 * number of instances exactly one takes a record.</li>
 * <li><strong>Transactions</strong>: a call takes effect at once and on its own. A
 * transaction of the caller that rolls back does not undo it.</li>
 * <li><strong>Failure</strong>: a call that cannot be answered throws
 * {@link StateStoreException}. It may have taken effect all the same, for example when
 * the reply was lost after the record was taken; callers treat such a record as
 * gone.</li>
 * <li><strong>Threads</strong>: implementations are thread-safe.</li>
 * </ul>
 * Declaring a bean of this type replaces the store that {@code oauth2-state.store}
 * chooses.
 */
public interface StateStore {

	/**
	 * How long a value may be, in bytes.
	 */
	int MAX_VALUE_LENGTH = 64 * 1024;

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
	 * @throws StateStoreException if the store did not answer
	 */
	Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl);

	/**
	 * Returns a value and leaves it where it is.
	 * @param key where to look
	 * @return the value, or empty if there is none
	 * @throws StateStoreException if the store did not answer
	 */
	Optional<byte[]> find(StateKey key);

	/**
	 * Returns a value and removes it, in one step.
	 * @param key where to look
	 * @return the value, or empty if there is none or another caller took it
	 * @throws StateStoreException if the store did not answer, in which case the value
	 * may be gone
	 */
	Optional<byte[]> take(StateKey key);

	/**
	 * Replaces a value if it is still the expected one, and starts its life anew.
	 * @param key where it is
	 * @param expected the value that must be there
	 * @param value the new value
	 * @param ttl how long the new value lives
	 * @return whether the value was replaced
	 * @throws StateStoreException if the store did not answer
	 */
	boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl);

	/**
	 * Removes a value if it is still the expected one.
	 * @param key where it is
	 * @param expected the value that must be there
	 * @return whether the value was removed
	 * @throws StateStoreException if the store did not answer
	 */
	boolean remove(StateKey key, byte[] expected);

	/**
	 * Checks the length of a value. For implementations, before they write it.
	 * @param operation the name of the operation, for the exception
	 * @param value the value
	 * @return the value
	 * @throws StateStoreException if it is longer than {@link #MAX_VALUE_LENGTH}
	 */
	static byte[] checkLength(String operation, byte[] value) {
		if (value.length > MAX_VALUE_LENGTH) {
			throw new StateStoreException(Reason.REJECTED, "The value for %s has %d bytes, and a store keeps at most %d"
				.formatted(operation, value.length, MAX_VALUE_LENGTH), null);
		}
		return value;
	}

}
