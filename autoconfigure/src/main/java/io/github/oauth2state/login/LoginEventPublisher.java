package io.github.oauth2state.login;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.support.SafeLog;

/**
 * Logs what happens to logins and calls all listeners. A listener that fails does not
 * make a login fail.
 */
final class LoginEventPublisher {

	private static final Log logger = LogFactory.getLog(LoginEventPublisher.class);

	/**
	 * One for each outcome: outcomes that anybody can cause must not silence the others.
	 */
	private final Map<LoginOutcome, SafeLog> abnormal = new EnumMap<>(LoginOutcome.class);

	private final String where;

	private final List<LoginListener> listeners;

	/**
	 * Creates a publisher.
	 * @param instance the name of this instance
	 * @param store the kind of store
	 * @param listeners the listeners, in their order
	 */
	LoginEventPublisher(String instance, String store, List<LoginListener> listeners) {
		for (LoginOutcome outcome : LoginOutcome.values()) {
			this.abnormal.put(outcome, new SafeLog(LoginEventPublisher.class));
		}
		this.where = ", instance " + instance + ", store " + store + ", reference ";
		this.listeners = List.copyOf(listeners);
	}

	void publish(LoginEvent event) {
		log(event);
		for (LoginListener listener : this.listeners) {
			try {
				listener.onLoginEvent(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

	private void log(LoginEvent event) {
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

	private SafeLog limited(LoginEvent event) {
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
