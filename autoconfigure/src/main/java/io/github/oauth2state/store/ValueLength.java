package io.github.oauth2state.store;

import java.util.Arrays;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Enforces {@link StateStore#MAX_VALUE_LENGTH} in the stores of the library.
 */
public final class ValueLength {

	/**
	 * The number of bytes of a value that are read: one more than allowed, so that
	 * callers notice a value that is too long.
	 */
	public static final int READ = StateStore.MAX_VALUE_LENGTH + 1;

	private ValueLength() {
	}

	/**
	 * Checks a value before it is written.
	 * @param operation the name of the operation, for the exception
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
	 * Cuts a value that a store could only read as a whole.
	 * @param value the value
	 * @return at most {@link #READ} bytes of it
	 */
	public static byte[] cut(byte[] value) {
		return (value.length > READ) ? Arrays.copyOf(value, READ) : value;
	}

}
