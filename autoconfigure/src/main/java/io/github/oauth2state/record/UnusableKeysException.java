package io.github.oauth2state.record;

/**
 * Thrown at startup when keys are needed that are missing or not as they must be. Never
 * says what was given.
 */
@SuppressWarnings("serial")
public final class UnusableKeysException extends RuntimeException {

	/** Where the keys are given. */
	private final String property;

	/** What is wrong with them, for a person to read. */
	private final String reason;

	UnusableKeysException(String property, String reason) {
		super("The keys in " + property + " cannot be used: " + reason);
		this.property = property;
		this.reason = reason;
	}

	String getProperty() {
		return this.property;
	}

	String getReason() {
		return this.reason;
	}

}
