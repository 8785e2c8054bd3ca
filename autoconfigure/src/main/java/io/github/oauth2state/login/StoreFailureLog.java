package io.github.oauth2state.login;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.support.SafeLog;

/**
 * Logs that the store did not answer.
 */
public final class StoreFailureLog {

	private static final Log logger = LogFactory.getLog(StoreFailureLog.class);

	private static final SafeLog lines = new SafeLog(StoreFailureLog.class);

	private StoreFailureLog() {
	}

	/**
	 * Logs a failure. A store of the app's own may fail in any way.
	 * @param to what the store did not answer
	 * @param thrown how it failed
	 * @return the failure
	 */
	public static StateStoreException log(String to, Throwable thrown) {
		StateStoreException failure = (thrown instanceof StateStoreException known) ? known
				: new StateStoreException(Reason.AMBIGUOUS, "The store failed in a way of its own", thrown);
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		lines.write((log) -> log.warn("The store did not answer " + to + ": " + failure.getMessage() + ", "
				+ failure.getReason() + ", " + cause.getClass().getName()));
		logger.debug("The store did not answer " + to, failure);
		return failure;
	}

}
