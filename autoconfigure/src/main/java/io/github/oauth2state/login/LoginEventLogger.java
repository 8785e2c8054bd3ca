package io.github.oauth2state.login;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.support.LimitedLog;

/**
 * Writes a line for every login that did not go as its user meant it to.
 */
class LoginEventLogger implements LoginListener {

	private static final Log logger = LogFactory.getLog(LoginEventLogger.class);

	/**
	 * One for each outcome: those that anybody can cause must not silence the others.
	 */
	private final Map<LoginOutcome, LimitedLog> abnormal = new EnumMap<>(LoginOutcome.class);

	private final String where;

	/**
	 * Creates a logger.
	 * @param instance which instance of the app this is
	 * @param store what kind of store it uses
	 */
	LoginEventLogger(String instance, String store) {
		for (LoginOutcome outcome : LoginOutcome.values()) {
			this.abnormal.put(outcome, new LimitedLog(LoginEventLogger.class));
		}
		this.where = ", instance " + instance + ", store " + store + ", reference ";
	}

	@Override
	public void onLoginEvent(LoginEvent event) {
		switch (event.outcome()) {
			case STORE_ERROR, UNREADABLE, MIX_UP -> limited(event).write((log) -> log.warn(line(event)));
			case STARTED, COMPLETED -> {
				if (logger.isDebugEnabled()) {
					logger.debug(line(event));
				}
			}
			default -> limited(event).write((log) -> log.info(line(event)));
		}
	}

	private LimitedLog limited(LoginEvent event) {
		return Objects.requireNonNull(this.abnormal.get(event.outcome()));
	}

	private String line(LoginEvent event) {
		String registration = (event.registrationId() != null) ? event.registrationId() : "unknown";
		String reason = (event.reason() != null) ? ", reason " + event.reason() : "";
		return "Login " + lower(event.outcome()) + ": registration " + registration + reason + ", path "
				+ lower(event.path()) + this.where + event.correlationId();
	}

	private static String lower(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
