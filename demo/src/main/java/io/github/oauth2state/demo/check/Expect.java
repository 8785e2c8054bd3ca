package io.github.oauth2state.demo.check;

import java.util.Objects;

/**
 * Says what should be, and fails where it is not.
 */
final class Expect {

	private Expect() {
	}

	static void that(boolean condition, String expectation, Object actual) {
		if (!condition) {
			throw new Failure(expectation, actual);
		}
	}

	static void equal(Object expected, Object actual, String what) {
		that(Objects.equals(expected, actual), what + " is " + expected, actual);
	}

	/**
	 * Thrown when something is not as it should be.
	 */
	static final class Failure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Failure(String expectation, Object actual) {
			super("expected that " + expectation + ", but got: " + actual);
		}

	}

}
