package io.github.oauth2state.demo.check;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Says what should be, and fails where it is not.
 */
final class Expect {

	private Expect() {
	}

	static void that(boolean condition, String expectation, @Nullable Object actual) {
		if (!condition) {
			throw new Failure(expectation, actual);
		}
	}

	static void equal(Object expected, @Nullable Object actual, String what) {
		that(Objects.equals(expected, actual), what + " is " + expected, actual);
	}

	/**
	 * Thrown when something is not as it should be.
	 */
	static final class Failure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Failure(String expectation, @Nullable Object actual) {
			super("expected that " + expectation + ", but got: " + actual);
		}

	}

}
