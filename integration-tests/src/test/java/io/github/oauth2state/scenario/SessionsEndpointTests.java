package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.logout.UserSessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * The operation that ends the sessions of a user, as operators call it.
 */
@Timeout(120)
class SessionsEndpointTests {

	private static final String WRITABLE = "management.endpoint.oauth2state.access=unrestricted";

	private static final String OPERATOR = "operator:planted";

	private static final String ALICE = """
			{"registrationId": "idp", "subject": "alice"}""";

	private static final List<String> ended = new ArrayList<>();

	private static Instance app;

	@BeforeAll
	static void start() {
		app = start(WRITABLE, Sessions.class);
	}

	/**
	 * Starts an app that ends no sessions itself.
	 */
	private static Instance start(String property, Class<?> sessions) {
		return start(properties(property, "oauth2-state.logout.back-channel=off"), OperatorSecurityTests.Security.class,
				sessions);
	}

	private static Instance start(List<String> properties, Class<?>... configurations) {
		return Instance.start(Cluster.shared().idp, Cluster.shared().store, properties, configurations);
	}

	private static List<String> properties(String... more) {
		List<String> properties = new ArrayList<>(List.of(
				"management.endpoints.web.exposure.include=health,oauth2state", "spring.security.user.name=operator",
				"spring.security.user.password=planted", "spring.security.user.roles=OPERATOR"));
		properties.addAll(List.of(more));
		return properties;
	}

	@AfterAll
	static void stop() {
		app.close();
	}

	@BeforeEach
	void forget() {
		ended.clear();
	}

	@Test
	void operatorEndsTheSessionsOfAUserAndIsAudited() {
		HttpResponse<String> answer = post(ALICE, OPERATOR);
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.body()).isEqualTo("""
				{"outcome":"ended","sessions":2}""");
		assertThat(ended).containsExactly("idp/alice");
		AuditEvent audit = lastAudit();
		assertThat(audit.getPrincipal()).isEqualTo("operator");
		assertThat(audit.getData()).containsExactly(entry("registrationId", "idp"), entry("subject", "alice"),
				entry("outcome", "ended"), entry("sessions", 2));
	}

	@Test
	void userWhoseSessionsEachInstanceEndsIsMarked() {
		HttpResponse<String> answer = post("""
				{"registrationId": "idp", "subject": "marked"}""", OPERATOR);
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.body()).isEqualTo("""
				{"outcome":"marked"}""");
	}

	@Test
	void storeThatFailsIsUnavailableAndTheAttemptIsAudited() {
		HttpResponse<String> answer = post("""
				{"registrationId": "idp", "subject": "unlucky"}""", OPERATOR);
		assertThat(answer.statusCode()).isEqualTo(503);
		assertThat(answer.body()).contains("reason", "Try again").doesNotContain("planted", "unlucky");
		assertThat(lastAudit().getData()).containsEntry("subject", "unlucky").containsEntry("outcome", "failed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"registrationId\": \"idp\"}", "{\"subject\": \"alice\"}",
			"{\"registrationId\": \"\", \"subject\": \"alice\"}", "{\"registrationId\": null, \"subject\": \"alice\"}",
			"{\"registrationId\": \"idp\", \"subject\": \" \"}", "{\"registration\": \"idp\", \"sub\": \"alice\"}" })
	void requestThatNamesNoUserIsToldWhatToSend(String body) {
		HttpResponse<String> answer = post(body, OPERATOR);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("registrationId", "subject");
		assertThat(ended).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "1", "{", "{\"registrationId\": \"idp\", \"subject\": {}}" })
	void bodyThatIsNoObjectOfTextIsABadRequest(String body) {
		assertThat(post(body, OPERATOR).statusCode()).isEqualTo(400);
		assertThat(ended).isEmpty();
	}

	@Test
	void registrationThatIsNotThereIsABadRequest() {
		HttpResponse<String> answer = post("""
				{"registrationId": "made-up", "subject": "alice"}""", OPERATOR);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("no client registration").doesNotContain("made-up", "planted");
		assertThat(lastAudit().getData()).containsEntry("outcome", "refused");
	}

	@Test
	void othersAreRefusedAndEndNothing() {
		assertThat(post(ALICE, null).statusCode()).isEqualTo(401);
		assertThat(post(ALICE, "operator:wrong").statusCode()).isEqualTo(401);
		assertThat(ended).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
	void formsOfOtherSitesAreRefused(String contentType) {
		assertThat(call(app, "POST", "/sessions", ALICE, contentType, OPERATOR).statusCode()).isEqualTo(415);
		assertThat(ended).isEmpty();
	}

	/**
	 * What a script of another site can send with the password that a browser remembers.
	 */
	@Test
	void requestWithoutContentTypeIsRefused() {
		assertThat(call(app, "POST", "/sessions?registrationId=idp&subject=alice", null, null, OPERATOR).statusCode())
			.isEqualTo(415);
		assertThat(ended).isEmpty();
	}

	@Test
	void nothingElseBelowTheEndpointCanBeWrittenOrRead() {
		assertThat(call(app, "POST", "/session", ALICE, "application/json", OPERATOR).statusCode()).isEqualTo(404);
		for (String method : List.of("GET", "PUT", "DELETE")) {
			assertThat(call(app, method, "/sessions", null, "application/json", OPERATOR).statusCode()).as(method)
				.isEqualTo(405);
		}
		assertThat(ended).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "unset=true", "management.endpoint.oauth2state.access=read-only",
			"management.endpoints.access.max-permitted=read-only" })
	void writingIsOffUnlessTheOperatorAllowsIt(String property) {
		try (Instance instance = start(property, Sessions.class)) {
			assertThat(call(instance, "POST", "/sessions", ALICE, "application/json", OPERATOR).statusCode())
				.isEqualTo(404);
			assertThat(ended).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "auto", "off" })
	void appWhoseFilterChainsHaveNoLogoutSaysSo(String backChannel) {
		try (Instance instance = start(properties(WRITABLE, "oauth2-state.logout.back-channel=" + backChannel),
				OperatorSecurityTests.Security.class)) {
			HttpResponse<String> answer = call(instance, "POST", "/sessions", ALICE, "application/json", OPERATOR);
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(answer.body()).contains("Logout is not configured");
		}
	}

	@Test
	@Tag("full")
	void sessionsOfOneInstanceAreEndedThroughAnother() {
		List<String> properties = properties(WRITABLE, "oauth2-state.logout.check-interval=0s");
		assertLoggedOutThroughAnother(properties, "{\"outcome\":\"marked\"}", Chains.class);
	}

	@Test
	@Tag("full")
	void sessionsOfSpringSessionAreEndedThroughAnotherInstance() {
		List<String> properties = properties(WRITABLE, "spring.autoconfigure.exclude=");
		properties.addAll(SharedSessions.inRedis());
		assertLoggedOutThroughAnother(properties, "{\"outcome\":\"ended\",\"sessions\":2}", Chains.class,
				SharedSessions.InRedis.class);
	}

	private static void assertLoggedOutThroughAnother(List<String> properties, String answer,
			Class<?>... configurations) {
		RealCluster cluster = SharedStore.REDIS.cluster();
		try (Instance here = cluster.start(properties, configurations);
				Instance there = cluster.start(properties, configurations)) {
			List<Browser> alices = List.of(Browser.overHttp(), Browser.overHttp());
			Browser bob = Browser.overHttp().as("bob");
			alices.forEach((alice) -> alice.follow(here, "/oauth2/authorization/idp"));
			bob.follow(here, "/oauth2/authorization/idp");
			assertThat(alices).allMatch((alice) -> alice.signedInAs(here).equals("alice"));
			HttpResponse<String> response = call(there, "POST", "/sessions", ALICE, "application/json", OPERATOR);
			assertThat(response.body()).isEqualTo(answer);
			assertThat(alices).allMatch((alice) -> alice.signedInAs(here).isEmpty());
			assertThat(bob.signedInAs(here)).isEqualTo("bob");
			assertThat(call(there, "GET", "", null, "application/json", OPERATOR).body())
				.contains("\"byKind\":{\"operator\":{\"ended\":");
		}
		finally {
			cluster.forget();
		}
	}

	private static AuditEvent lastAudit() {
		List<AuditEvent> events = app.context()
			.getBean(AuditEventRepository.class)
			.find(null, null, "OAUTH2_STATE_END_SESSIONS");
		return events.get(events.size() - 1);
	}

	private static HttpResponse<String> post(String body, @Nullable String credentials) {
		return call(app, "POST", "/sessions", body, "application/json", credentials);
	}

	private static HttpResponse<String> call(Instance instance, String method, String path, @Nullable String body,
			@Nullable String contentType, @Nullable String credentials) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + instance.port() + "/actuator/oauth2state" + path))
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody());
		if (contentType != null) {
			request.header("Content-Type", contentType);
		}
		if (credentials != null) {
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
		}
		try {
			return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Chains extends OperatorSecurityTests.Security {

		@Bean
		@Order(2)
		@Override
		SecurityFilterChain users(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/error").permitAll().anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
				.build();
		}

	}

	static class Sessions {

		@Bean
		UserSessions userSessions() {
			return (registrationId, subject) -> {
				if (!registrationId.equals("idp")) {
					throw new IllegalArgumentException("planted");
				}
				if (subject.equals("unlucky")) {
					throw new StateStoreException(Reason.TIMEOUT, "planted", null);
				}
				ended.add(registrationId + "/" + subject);
				return subject.equals("marked") ? -1 : 2;
			};
		}

		@Bean
		AuditEventRepository auditEvents() {
			return new InMemoryAuditEventRepository();
		}

	}

}
