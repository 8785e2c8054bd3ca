package io.github.oauth2state.login.servlet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.support.LimitedLog;

/**
 * Logs that the store did not answer, and what came of it.
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

	/**
	 * Says why a login could not begin at all.
	 */
	static void logRefusal(String reference, RuntimeException failure) {
		// What the library refuses has a reason; other messages may contain data
		String reason = (failure instanceof IllegalArgumentException) ? failure.getMessage()
				: failure.getClass().getName();
		lines.write((log) -> log.error("A login could not begin, reference " + reference + ": " + reason));
		logger.debug("A login could not begin", failure);
	}

	/**
	 * Says what kept a login from beginning elsewhere: in a cookie, it has to fit.
	 */
	static void logFallback(LoginPath path, String reference, RuntimeException failure) {
		// What does not fit into a cookie has a reason; messages of sessions may contain
		// data
		boolean refused = path == LoginPath.COOKIE && failure instanceof IllegalArgumentException;
		String reason = refused ? failure.getMessage() : failure.getClass().getName();
		lines.write(
				(log) -> log.warn("A login could not begin without the store, reference " + reference + ": " + reason));
		logger.debug("A login could not begin without the store", failure);
	}

}
