package io.github.oauth2state.actuate;

/**
 * Thrown when a store accepted a record and did not return it as it was given.
 */
class LostRecordException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	LostRecordException() {
		super("The store did not return the record that it was given");
	}

}
