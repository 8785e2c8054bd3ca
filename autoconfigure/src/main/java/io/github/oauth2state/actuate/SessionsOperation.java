package io.github.oauth2state.actuate;

import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.actuate.OAuth2StateEndpoint.Refusal;
import io.github.oauth2state.logout.UserSessions;

/**
 * Ends the sessions of a user for an operator, and publishes an audit event, whether it
 * succeeds or not.
 */
class SessionsOperation {

	static final String AUDIT_TYPE = "OAUTH2_STATE_END_SESSIONS";

	private static final String NOT_CONFIGURED = "Logout is not configured: no filter chain of the app has "
			+ "oidcLogout(...), there is no store, or oauth2-state.logout.back-channel is off";

	private static final Log logger = LogFactory.getLog(SessionsOperation.class);

	private final @Nullable UserSessions sessions;

	private final ApplicationEventPublisher events;

	private final SecurityContextHolderStrategy securityContexts;

	SessionsOperation(@Nullable UserSessions sessions, ApplicationEventPublisher events,
			SecurityContextHolderStrategy securityContexts) {
		this.sessions = sessions;
		this.events = events;
		this.securityContexts = securityContexts;
	}

	/**
	 * Ends the sessions.
	 * @param registrationId the client registration, or {@code null} if the operator
	 * named none
	 * @param subject the user, or {@code null} if the operator named none
	 * @param caller who is signed in, or {@code null} if nobody is, or only the thread
	 * knows; in a reactive app, no thread does
	 * @return what happened, or why nothing did
	 */
	WebEndpointResponse<OperationResponseBody> end(@Nullable String registrationId, @Nullable String subject,
			@Nullable Principal caller) {
		if (this.sessions == null) {
			return refused(NOT_CONFIGURED);
		}
		if (registrationId == null || registrationId.isBlank() || subject == null || subject.isBlank()) {
			return refused("Send the id of a client registration as registrationId, and the sub claim of the user's "
					+ "ID token as subject");
		}
		Ended result = new Ended(lower(LogoutOutcome.REFUSED), null);
		try {
			result = result(this.sessions.end(registrationId, subject));
			return new WebEndpointResponse<>(result);
		}
		catch (UnsupportedOperationException ex) {
			return refused(NOT_CONFIGURED);
		}
		catch (IllegalArgumentException ex) {
			return refused("There is no client registration with this id, or its issuer is not known");
		}
		catch (RuntimeException ex) {
			// Has been logged, as for a logout token
			result = new Ended(lower(LogoutOutcome.FAILED), null);
			return new WebEndpointResponse<>(
					new Refusal("The store or the repository of sessions failed, so some sessions may have ended and "
							+ "others not. Try again"),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
		finally {
			audit(registrationId, subject, caller, result);
		}
	}

	private static Ended result(int ended) {
		if (ended < 0) {
			return new Ended(lower(LogoutOutcome.MARKED), null);
		}
		return new Ended(lower((ended > 0) ? LogoutOutcome.ENDED : LogoutOutcome.UNKNOWN), ended);
	}

	private static WebEndpointResponse<OperationResponseBody> refused(String reason) {
		return new WebEndpointResponse<>(new Refusal(reason), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	/**
	 * What a listener throws is logged only, as the operator must learn what became of
	 * the sessions.
	 */
	private void audit(String registrationId, String subject, @Nullable Principal caller, Ended result) {
		Authentication ofThread = this.securityContexts.getContext().getAuthentication();
		Principal operator = (ofThread != null) ? ofThread : caller;
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("registrationId", registrationId);
		data.put("subject", subject);
		data.put("outcome", result.outcome());
		if (result.sessions() != null) {
			data.put("sessions", result.sessions());
		}
		try {
			this.events.publishEvent(
					new AuditApplicationEvent((operator != null) ? operator.getName() : "unknown", AUDIT_TYPE, data));
		}
		catch (RuntimeException ex) {
			logger.warn("A listener failed on an audit event of type " + AUDIT_TYPE, ex);
		}
	}

	private static String lower(LogoutOutcome outcome) {
		return outcome.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * What happened.
	 *
	 * @param outcome {@code ended}; {@code unknown} if there was no session; or
	 * {@code marked} if each instance ends its own sessions. The operator does not get
	 * other outcomes, but a reason
	 * @param sessions the number of sessions that ended, if it is known
	 */
	record Ended(String outcome, @Nullable Integer sessions) implements OperationResponseBody {
	}

}
