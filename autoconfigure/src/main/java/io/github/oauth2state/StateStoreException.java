package io.github.oauth2state;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a {@link StateStore} could not answer. Messages never carry keys or values.
 */
public class StateStoreException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** What went wrong. */
	private final Reason reason;

	/**
	 * Creates an exception.
	 * @param reason what went wrong
	 * @param message which operation failed, without its key or value
	 * @param cause what the driver threw, or {@code null}
	 */
	public StateStoreException(Reason reason, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.reason = reason;
	}

	/**
	 * Returns what went wrong.
	 * @return the reason
	 */
	public Reason getReason() {
		return this.reason;
	}

	/**
	 * What went wrong, and whether the operation may have taken effect.
	 */
	public enum Reason {

		/**
		 * The store could not be reached, or answered that it serves nobody for now; the
		 * operation did not take effect.
		 */
		CONNECTION,

		/**
		 * The store did not answer within {@code oauth2-state.timeout}; the operation may
		 * have taken effect.
		 */
		TIMEOUT,

		/**
		 * The store answered with an error; the operation did not take effect.
		 */
		REJECTED,

		/**
		 * The connection broke before the answer; the operation may have taken effect.
		 */
		AMBIGUOUS

	}

}
