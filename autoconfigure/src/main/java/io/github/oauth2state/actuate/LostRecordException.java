package io.github.oauth2state.actuate;

/**
 * Thrown when the store did not return the record that it accepted. The health details
 * contain the name of this class.
 */
class LostRecordException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	LostRecordException() {
		super("The store did not return the record that it accepted");
	}

}
