package io.github.oauth2state.login.servlet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.login.LimitedLog;

/**
 * Logs that the store did not answer.
 */
final class StoreFailures {

	private static final Log logger = LogFactory.getLog(StoreFailures.class);

	private static final LimitedLog lines = new LimitedLog(StoreFailures.class);

	private StoreFailures() {
	}

	static void log(String to, StateStoreException failure) {
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		lines.write((log) -> log.warn("The store did not answer " + to + ": " + failure.getMessage() + ", "
				+ failure.getReason() + ", " + cause.getClass().getName()));
		logger.debug("The store did not answer " + to, failure);
	}

}
