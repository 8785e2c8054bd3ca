package io.github.oauth2state.store;

import java.util.Arrays;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Keeps stores to {@link StateStore#MAX_VALUE_LENGTH}.
 */
public final class ValueLength {

	/**
	 * How many bytes of a value are read: one more than it may have, to tell that it is
	 * too long.
	 */
	public static final int READ = StateStore.MAX_VALUE_LENGTH + 1;

	private ValueLength() {
	}

	/**
	 * Checks a value before it is written.
	 * @param operation what to call the operation in the exception
	 * @param value the value
	 * @return the value
	 * @throws StateStoreException if it is too long
	 */
	public static byte[] checked(String operation, byte[] value) {
		if (value.length > StateStore.MAX_VALUE_LENGTH) {
			throw new StateStoreException(Reason.REJECTED, "The value for %s has %d bytes, and a store keeps at most %d"
				.formatted(operation, value.length, StateStore.MAX_VALUE_LENGTH), null);
		}
		return value;
	}

	/**
	 * Cuts a value that was read whole.
	 * @param value the value
	 * @return at most {@link #READ} bytes of it
	 */
	public static byte[] cut(byte[] value) {
		return (value.length > READ) ? Arrays.copyOf(value, READ) : value;
	}

}
