package io.github.oauth2state.logout;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;

import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.support.SafeLog;

/**
 * Logs what happens when sessions are to end, and tells the listeners. Thread-safe.
 */
final class LogoutEventPublisher {

	private static final Log logger = LogFactory.getLog(LogoutEventPublisher.class);

	/**
	 * One for each outcome: forged tokens must not silence the others.
	 */
	private final Map<LogoutOutcome, SafeLog> limited = new EnumMap<>(LogoutOutcome.class);

	private final Supplier<List<LogoutListener>> listeners;

	/**
	 * Creates a publisher.
	 * @param listeners the listeners, in their order; asked for with each event
	 */
	LogoutEventPublisher(Supplier<List<LogoutListener>> listeners) {
		for (LogoutOutcome outcome : LogoutOutcome.values()) {
			this.limited.put(outcome, new SafeLog(LogoutEventPublisher.class));
		}
		this.listeners = listeners;
	}

	/**
	 * Publishes an event.
	 * @param kind why sessions are to end
	 * @param result what happened
	 * @param registrationId the client registration, or {@code null} if it is not known
	 */
	void publish(LogoutKind kind, SessionEnder.Result result, @Nullable String registrationId) {
		publish(kind, result, registrationId, null);
	}

	/**
	 * Publishes that an instance has ended a session of its own.
	 * @param kind why
	 * @param user the user whose session it was
	 */
	void publishEnd(LogoutKind kind, @Nullable Authentication user) {
		publish(kind, SessionEnder.Result.ofEnded(1),
				(user instanceof OAuth2AuthenticationToken token) ? token.getAuthorizedClientRegistrationId() : null);
	}

	/**
	 * Publishes a failure.
	 * @param kind why sessions are to end
	 * @param outcome what happened
	 * @param registrationId the client registration, or {@code null} if it is not known
	 * @param reason the failure, or {@code null} if it has no cause
	 */
	void publishFailure(LogoutKind kind, LogoutOutcome outcome, @Nullable String registrationId,
			@Nullable Throwable reason) {
		publish(kind, new SessionEnder.Result(outcome, 0), registrationId, reason);
	}

	private void publish(LogoutKind kind, SessionEnder.Result result, @Nullable String registrationId,
			@Nullable Throwable reason) {
		LogoutEvent event = new LogoutEvent(kind, result.outcome(), registrationId, result.sessions());
		log(event, (reason != null) ? ", " + SafeLog.describe(reason) : "");
		for (LogoutListener listener : this.listeners.get()) {
			try {
				listener.onLogout(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

	private void log(LogoutEvent event, String reason) {
		SafeLog limited = Objects.requireNonNull(this.limited.get(event.outcome()));
		switch (event.outcome()) {
			case REFUSED, REPLAYED, FAILED -> limited.write((log) -> log.warn(line(event) + reason));
			case ENDED, MARKED -> limited.write((log) -> log.info(line(event)));
			case UNKNOWN -> {
				if (logger.isDebugEnabled()) {
					logger.debug(line(event));
				}
			}
		}
	}

	private static String line(LogoutEvent event) {
		return "Logout %s: %s, registration %s, sessions ended: %d".formatted(lower(event.outcome()),
				lower(event.kind()), (event.registrationId() != null) ? event.registrationId() : "unknown",
				event.sessions());
	}

	private static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
