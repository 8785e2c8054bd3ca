package io.github.oauth2state.actuate;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ListeningSecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.actuate.OAuth2StateEndpoint.Refusal;
import io.github.oauth2state.logout.UserSessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link SessionsOperation}.
 */
class SessionsOperationTests {

	private final List<String> asked = new ArrayList<>();

	private final List<AuditEvent> audited = new ArrayList<>();

	private final SecurityContextHolderStrategy securityContexts = new ListeningSecurityContextHolderStrategy(
			SecurityContextHolder.getContextHolderStrategy(), (change) -> {
			});

	private int sessions = 1;

	private @Nullable Principal caller;

	private @Nullable RuntimeException failure;

	private final UserSessions users = (registrationId, subject) -> {
		this.asked.add(registrationId + "/" + subject);
		if (this.failure != null) {
			throw this.failure;
		}
		return this.sessions;
	};

	@ParameterizedTest
	@CsvSource({ "2,ended,2", "1,ended,1", "0,unknown,0" })
	void operatorLearnsHowManySessionsEnded(int sessions, String outcome, int answer) {
		this.sessions = sessions;
		assertThat(end("idp", "alice").getBody()).isEqualTo(new SessionsOperation.Ended(outcome, answer));
		assertThat(this.asked).containsExactly("idp/alice");
		assertThat(audit().getData()).containsExactly(entry("registrationId", "idp"), entry("subject", "alice"),
				entry("outcome", outcome), entry("sessions", answer));
	}

	@Test
	void sessionsThatInstancesEndThemselvesAreNotCounted() {
		this.sessions = -1;
		assertThat(end("idp", "alice").getBody()).isEqualTo(new SessionsOperation.Ended("marked", null));
		assertThat(audit().getData()).containsEntry("outcome", "marked").doesNotContainKey("sessions");
	}

	@ParameterizedTest
	@CsvSource(value = { "null,alice", "idp,null", "'',alice", "idp,''", "' ',alice", "idp,' '", "null,null" },
			nullValues = "null")
	void inputThatNamesNoUserIsRefusedAndEndsNothing(String registrationId, String subject) {
		assertRefused(end(registrationId, subject), 400, "registrationId", "subject");
		assertThat(this.asked).isEmpty();
		assertThat(this.audited).isEmpty();
	}

	@Test
	void appThatDoesNotKnowSessionsSaysSo() {
		SessionsOperation operation = new SessionsOperation(null, this::publish, this.securityContexts);
		assertRefused(operation.end("idp", "alice", null), 400, "Logout is not configured");
		assertThat(this.audited).isEmpty();
	}

	@Test
	void unknownRegistrationIsRefusedAndAudited() {
		this.failure = new IllegalArgumentException("planted");
		assertRefused(end("idp", "alice"), 400, "no client registration");
		assertThat(audit().getData()).containsEntry("outcome", "refused").doesNotContainKey("sessions");
	}

	static Stream<RuntimeException> failures() {
		return Stream.of(new StateStoreException(Reason.TIMEOUT, "planted", null),
				new QueryTimeoutException("planted, by the repository of sessions"),
				new IllegalStateException("planted"));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void storeOrRepositoryThatFailsIsUnavailableAndAudited(RuntimeException failure) {
		this.failure = failure;
		assertRefused(end("idp", "alice"), 503, "Try again");
		assertThat(audit().getData()).containsEntry("outcome", "failed").doesNotContainKey("sessions");
	}

	@Test
	void appWhoseFilterChainsHaveNoLogoutSaysSo() {
		this.failure = new UnsupportedOperationException("planted");
		assertRefused(end("idp", "alice"), 400, "Logout is not configured", "oidcLogout");
		assertThat(audit().getData()).containsEntry("outcome", "refused");
	}

	@Test
	void auditNamesTheOperator() {
		this.securityContexts.setContext(
				new SecurityContextImpl(new TestingAuthenticationToken("operator", "planted", "ROLE_OPERATOR")));
		try {
			end("idp", "alice");
		}
		finally {
			this.securityContexts.clearContext();
		}
		assertThat(audit().getPrincipal()).isEqualTo("operator");
		assertThat(audit().getType()).isEqualTo("OAUTH2_STATE_END_SESSIONS");
		assertThat(audit().toString()).doesNotContain("planted");
	}

	/**
	 * A reactive app calls it on a thread that knows nothing of the request.
	 */
	@Test
	void auditNamesTheCallerIfTheThreadKnowsNone() {
		this.caller = () -> "caller";
		end("idp", "alice");
		assertThat(audit().getPrincipal()).isEqualTo("caller");
	}

	@Test
	void callerWithoutSecurityContextIsAuditedAsUnknown() {
		end("idp", "alice");
		assertThat(audit().getPrincipal()).isEqualTo("unknown");
	}

	@Test
	void auditThatFailsDoesNotHideWhatHappened() {
		WebEndpointResponse<OperationResponseBody> response = end("idp", "alice", (event) -> {
			throw new IllegalStateException("planted");
		});
		assertThat(response.getBody()).isEqualTo(new SessionsOperation.Ended("ended", 1));
	}

	private WebEndpointResponse<OperationResponseBody> end(@Nullable String registrationId, @Nullable String subject) {
		return end(registrationId, subject, this::publish);
	}

	private WebEndpointResponse<OperationResponseBody> end(@Nullable String registrationId, @Nullable String subject,
			ApplicationEventPublisher events) {
		return new SessionsOperation(this.users, events, this.securityContexts).end(registrationId, subject,
				this.caller);
	}

	private void publish(Object event) {
		this.audited.add(((AuditApplicationEvent) event).getAuditEvent());
	}

	private AuditEvent audit() {
		assertThat(this.audited).hasSize(1);
		return this.audited.get(0);
	}

	private static void assertRefused(WebEndpointResponse<OperationResponseBody> response, int status,
			String... reason) {
		assertThat(response.getStatus()).isEqualTo(status);
		assertThat(response.getBody()).isInstanceOfSatisfying(Refusal.class,
				(refusal) -> assertThat(refusal.reason()).contains(reason).doesNotContain("planted", "idp", "alice"));
	}

}
