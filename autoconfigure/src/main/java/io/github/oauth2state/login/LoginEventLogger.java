package io.github.oauth2state.login;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;

/**
 * Writes a line for every login that did not go as its user meant it to.
 */
class LoginEventLogger implements LoginListener {

	private static final Log logger = LogFactory.getLog(LoginEventLogger.class);

	@Override
	public void onLoginEvent(LoginEvent event) {
		String line = "Login %s: registration %s, path %s".formatted(lower(event.outcome()),
				(event.registrationId() != null) ? event.registrationId() : "unknown", lower(event.path()));
		switch (event.outcome()) {
			case STORE_ERROR, UNREADABLE -> logger.warn(line);
			case STARTED, COMPLETED -> logger.debug(line);
			default -> logger.info(line);
		}
	}

	private static String lower(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
