package io.github.oauth2state.refresh;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.support.LimitedLog;

/**
 * Writes a line for every refresh that gave no new tokens, or went without the other
 * instances.
 */
class RefreshEventLogger implements TokenRefreshListener {

	private static final Log logger = LogFactory.getLog(RefreshEventLogger.class);

	private final LimitedLog log = new LimitedLog(RefreshEventLogger.class);

	@Override
	public void onTokenRefresh(TokenRefreshEvent event) {
		switch (event.outcome()) {
			case FAILED, TIMED_OUT, STORE_ERROR, UNCOORDINATED -> this.log.write((log) -> log.warn(line(event)));
			case REJECTED, KEPT -> this.log.write((log) -> log.info(line(event)));
			default -> debug(event);
		}
	}

	private static void debug(TokenRefreshEvent event) {
		if (logger.isDebugEnabled()) {
			logger.debug(line(event));
		}
	}

	private static String line(TokenRefreshEvent event) {
		return "Token refresh %s: registration %s, strategy %s, %s, after %d ms".formatted(
				event.outcome().name().toLowerCase(Locale.ROOT), event.registrationId(), event.strategy(),
				event.early() ? "early" : "due", event.duration().toMillis());
	}

}
