package io.github.oauth2state.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.jackson.EndpointJsonMapper;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.core.context.SecurityContextHolder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OAuth2StateEndpoint} and {@link ActivityRecorder}.
 */
class OAuth2StateEndpointTests {

	private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");

	private static final Instant CLEANUP = START.plusSeconds(90);

	private Instant now = START;

	private final ActivityRecorder activity = new ActivityRecorder(() -> this.now);

	private final OAuth2StateEndpoint endpoint = new OAuth2StateEndpoint(new SwitchableStore(),
			new OAuth2StateSettings("shop", Duration.ofMillis(1500), null, OnStoreFailure.SESSION),
			Duration.ofMinutes(10), TestRollouts.rollout(), StoreCircuit.alwaysClosed(), this.activity,
			new SessionsOperation((registrationId, subject) -> 1, (event) -> {
			}, SecurityContextHolder.getContextHolderStrategy()));

	@Test
	void settingsAreWrittenAsText() {
		JsonNode json = json();
		assertThat(json.propertyNames()).containsExactlyInAnyOrder("store", "namespace", "ttl", "timeout", "rollout",
				"since", "logins");
		assertThat(json.path("store").toString())
			.isEqualTo("{\"type\":\"switchable\",\"description\":\"switchable, for tests\"}");
		assertThat(json.path("namespace").asString()).isEqualTo("shop");
		assertThat(json.path("ttl").asString()).isEqualTo("PT10M");
		assertThat(json.path("timeout").asString()).isEqualTo("PT1.5S");
		assertThat(json.path("since").asString()).isEqualTo("2026-11-01T10:00:00Z");
	}

	@Test
	void everyOutcomeAndPathIsThereFromTheStart() {
		String[] outcomes = Arrays.stream(LoginOutcome.values())
			.map((outcome) -> outcome.name().toLowerCase(Locale.ROOT))
			.toArray(String[]::new);
		JsonNode counts = json().path("logins");
		assertThat(counts.propertyNames()).containsExactly("byOutcome", "byPath");
		assertThat(counts.path("byOutcome").propertyNames()).containsExactly(outcomes);
		assertThat(counts.path("byPath").propertyNames()).containsExactly("shared", "session", "cookie");
		assertThat(counts.path("byPath").path("session").propertyNames()).containsExactly(outcomes);
		assertThat(counts.path("byPath").path("shared").propertyNames()).containsExactly(outcomes);
		assertThat(counts.path("byOutcome").values()).allMatch((count) -> count.asInt() == 0);
	}

	@Test
	void eventsAreCountedByOutcomeAndPathAndNothingElse() {
		for (int i = 0; i < 100; i++) {
			this.activity.onLoginEvent(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SHARED, "planted" + i,
					Duration.ofSeconds(i), "0123456789ab"));
		}
		this.activity.onLoginEvent(event(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION));
		this.activity.onLoginEvent(event(LoginOutcome.COMPLETED, LoginPath.SESSION));
		JsonNode counts = json().path("logins");
		assertThat(counts.path("byOutcome").path("foreign_browser").asInt()).isEqualTo(101);
		assertThat(counts.path("byPath").path("shared").path("foreign_browser").asInt()).isEqualTo(100);
		assertThat(counts.path("byPath").path("session").path("foreign_browser").asInt()).isOne();
		assertThat(counts.path("byPath").path("session").path("completed").asInt()).isOne();
		assertThat(counts.path("byOutcome").path("started").asInt()).isZero();
		assertThat(json().toString()).doesNotContain("planted", "0123456789ab").hasSizeLessThan(1500);
	}

	@Test
	void logoutsAreAbsentBeforeTheFirst() {
		this.activity.onLoginEvent(event(LoginOutcome.STARTED, LoginPath.SHARED));
		assertThat(json().has("logouts")).isFalse();
	}

	@Test
	void logoutsAreCountedByOutcomeAndByTheKindsThatThereWere() {
		for (int i = 0; i < 100; i++) {
			this.activity.onLogout(new LogoutEvent(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, "planted" + i, i));
		}
		this.activity.onLogout(new LogoutEvent(LogoutKind.OPERATOR, LogoutOutcome.ENDED, null, 2));
		this.activity.onLogout(new LogoutEvent(LogoutKind.OPERATOR, LogoutOutcome.FAILED, null, 0));
		JsonNode counts = json().path("logouts");
		assertThat(counts.propertyNames()).containsExactly("byOutcome", "byKind");
		assertThat(counts.path("byKind").propertyNames()).containsExactly("logout_token", "operator");
		assertThat(counts.path("byOutcome").propertyNames()).containsExactly(Arrays.stream(LogoutOutcome.values())
			.map((outcome) -> outcome.name().toLowerCase(Locale.ROOT))
			.toArray(String[]::new));
		assertThat(counts.path("byOutcome").path("ended").asInt()).isEqualTo(101);
		assertThat(counts.path("byOutcome").path("failed").asInt()).isOne();
		assertThat(counts.path("byKind").path("logout_token").path("ended").asInt()).isEqualTo(100);
		assertThat(counts.path("byKind").path("logout_token").path("failed").asInt()).isZero();
		assertThat(counts.path("byKind").path("operator").path("failed").asInt()).isOne();
		assertThat(json().toString()).doesNotContain("planted");
	}

	@Test
	void sessionsAreTheOnlyPartThatCanBeWrittenTo() {
		assertThat(this.endpoint.endSessions("sessions", "idp", "alice", SecurityContext.NONE).getStatus())
			.isEqualTo(200);
		assertThat(this.endpoint.endSessions("Sessions", "idp", "alice", SecurityContext.NONE).getStatus())
			.isEqualTo(404);
		assertThat(this.endpoint.endSessions("logins", "idp", "alice", SecurityContext.NONE).getBody()).isNull();
	}

	@Test
	void codesAreAbsentFromAnAppThatIssuesNone() {
		this.activity.onLoginEvent(event(LoginOutcome.STARTED, LoginPath.SHARED));
		assertThat(json().has("codes")).isFalse();
	}

	@Test
	void codesAreCountedByOutcomeAndByTheTypesThatThereWere() {
		for (int i = 0; i < 100; i++) {
			this.activity.onCodeEvent(
					new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client-" + i, "planted" + i));
		}
		this.activity.onCodeEvent(new CodeEvent(CodeOutcome.REDEEMED, CodeType.REFRESH_TOKEN, null, null));
		this.activity.onCodeEvent(new CodeEvent(CodeOutcome.REUSED, CodeType.REFRESH_TOKEN, null, null));
		JsonNode counts = json().path("codes");
		assertThat(counts.propertyNames()).containsExactly("byOutcome", "byType");
		assertThat(counts.path("byType").propertyNames()).containsExactly("authorization_code", "refresh_token");
		assertThat(counts.path("byOutcome").propertyNames()).containsExactly(Arrays.stream(CodeOutcome.values())
			.map((outcome) -> outcome.name().toLowerCase(Locale.ROOT))
			.toArray(String[]::new));
		assertThat(counts.path("byOutcome").path("redeemed").asInt()).isEqualTo(101);
		assertThat(counts.path("byOutcome").path("duplicate").asInt()).isZero();
		assertThat(counts.path("byType").path("authorization_code").path("redeemed").asInt()).isEqualTo(100);
		assertThat(counts.path("byType").path("authorization_code").path("reused").asInt()).isZero();
		assertThat(counts.path("byType").path("refresh_token").path("reused").asInt()).isOne();
		assertThat(json().toString()).doesNotContain("client-", "planted");
	}

	@Test
	void noEventIsLostThoughManyThreadsTellThem() {
		int threads = 8;
		int events = 10_000;
		CompletableFuture<?>[] telling = IntStream.range(0, threads)
			.mapToObj((thread) -> CompletableFuture.runAsync(() -> IntStream.range(0, events)
				.forEach((i) -> this.activity.onLoginEvent(event(LoginOutcome.STARTED, LoginPath.SHARED)))))
			.toArray(CompletableFuture<?>[]::new);
		CompletableFuture.allOf(telling).join();
		assertThat(this.activity.logins().byOutcome()).containsEntry("started", (long) threads * events);
	}

	@Test
	void lastCleanupIsTold() {
		this.now = CLEANUP;
		this.activity.onCleanup(new CleanupEvent(1, Duration.ofMillis(1), null, 1, Duration.ZERO));
		this.activity.onCleanup(new CleanupEvent(7, Duration.ofMillis(42), null, 3, Duration.ofMillis(2500)));
		assertThat(json().path("cleanup").toString()).isEqualTo(
				"""
						{"lastRun":"2026-11-01T10:01:30Z","removed":7,"durationMillis":42,"pending":3,"oldestExpiredSeconds":2}""");
	}

	@Test
	void cleanupThatFailedDoesNotPretendToKnowWhatIsLeft() {
		this.now = CLEANUP;
		this.activity.onCleanup(new CleanupEvent(7, Duration.ofMillis(42), Reason.TIMEOUT, 0, Duration.ZERO));
		assertThat(json().path("cleanup").toString()).isEqualTo("""
				{"lastRun":"2026-11-01T10:01:30Z","removed":7,"durationMillis":42,"failure":"TIMEOUT"}""");
	}

	private static LoginEvent event(LoginOutcome outcome, LoginPath path) {
		return new LoginEvent(outcome, path, null, null, "0123456789ab");
	}

	/**
	 * Returns the answer as the Actuator writes it.
	 */
	private JsonNode json() {
		String[] json = new String[1];
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(JacksonEndpointAutoConfiguration.class))
			.run((context) -> json[0] = context.getBean(EndpointJsonMapper.class)
				.get()
				.writeValueAsString(this.endpoint.describe()));
		return new JsonMapper().readTree(json[0]);
	}

}
