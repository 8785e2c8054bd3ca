package io.github.oauth2state.authorizationserver;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2DeviceCode;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;

import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.support.SafeLog;

/**
 * Logs what happens to codes, and tells the listeners. Thread-safe.
 */
final class CodeEventPublisher {

	private static final Log logger = LogFactory.getLog(CodeEventPublisher.class);

	/**
	 * One for each outcome: outcomes that anybody can cause must not silence the others.
	 */
	private final Map<CodeOutcome, SafeLog> abnormal = new EnumMap<>(CodeOutcome.class);

	private final Supplier<List<CodeListener>> listeners;

	/**
	 * Creates a publisher.
	 * @param listeners the listeners, in their order; asked for with the first event, as
	 * a listener may need the service whose codes it is told about
	 */
	CodeEventPublisher(Supplier<List<CodeListener>> listeners) {
		for (CodeOutcome outcome : CodeOutcome.values()) {
			this.abnormal.put(outcome, new SafeLog(CodeEventPublisher.class));
		}
		this.listeners = listeners;
	}

	/**
	 * Publishes an event.
	 * @param outcome what happened
	 * @param type what kind of code it is
	 * @param authorization the authorization that it belongs to, or {@code null} if that
	 * is not known
	 */
	void publish(CodeOutcome outcome, CodeType type, @Nullable OAuth2Authorization authorization) {
		CodeEvent event = new CodeEvent(outcome, type,
				(authorization != null) ? authorization.getRegisteredClientId() : null,
				(authorization != null) ? authorization.getId() : null);
		log(event);
		AuthorizationServiceGuard.outside(() -> tell(event));
	}

	/**
	 * A listener that cannot even be created must not fail the request: the code is used.
	 */
	private void tell(CodeEvent event) {
		List<CodeListener> all;
		try {
			all = this.listeners.get();
		}
		catch (RuntimeException ex) {
			logger.warn("The listeners for %s cannot be created".formatted(event), ex);
			return;
		}
		for (CodeListener listener : all) {
			try {
				listener.onCodeEvent(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

	/**
	 * Publishes an event for every code that an authorization has been saved with for the
	 * first time.
	 * @param saved the authorization
	 * @param use the code that it was found by, or {@code null} if it is new
	 */
	void publishIssued(OAuth2Authorization saved, @Nullable CodeUse use) {
		if (saved.getAccessToken() != null) {
			if (saved.getRefreshToken() != null && use != null && use.isUsedUpBy(saved)) {
				publish(CodeOutcome.ISSUED, CodeType.REFRESH_TOKEN, saved);
			}
		}
		else if (isActive(saved.getToken(OAuth2AuthorizationCode.class))) {
			publish(CodeOutcome.ISSUED, CodeType.AUTHORIZATION_CODE, saved);
		}
		else if (saved.getAttribute(OAuth2ParameterNames.STATE) != null) {
			publish(CodeOutcome.ISSUED, CodeUse.stateOf(saved), saved);
		}
		else if (isActive(saved.getToken(OAuth2DeviceCode.class)) && use == null) {
			publish(CodeOutcome.ISSUED, CodeType.DEVICE_CODE, saved);
		}
	}

	/**
	 * A client may revoke a code, which is saved as well.
	 */
	private static boolean isActive(OAuth2Authorization.@Nullable Token<?> code) {
		return code != null && !code.isInvalidated();
	}

	private void log(CodeEvent event) {
		switch (event.outcome()) {
			case REUSED, WRONG_CLIENT, STORE_ERROR -> limited(event).write((log) -> log.warn(line(event)));
			case DUPLICATE -> limited(event).write((log) -> log.info(line(event)));
			default -> {
				if (logger.isDebugEnabled()) {
					logger.debug(line(event));
				}
			}
		}
	}

	private SafeLog limited(CodeEvent event) {
		return Objects.requireNonNull(this.abnormal.get(event.outcome()));
	}

	private static String line(CodeEvent event) {
		return "Code %s: type %s, registered client %s, authorization %s".formatted(lower(event.outcome()),
				lower(event.type()), orUnknown(event.registeredClientId()), orUnknown(event.authorizationId()));
	}

	private static String orUnknown(@Nullable String id) {
		return (id != null) ? id : "unknown";
	}

	private static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
