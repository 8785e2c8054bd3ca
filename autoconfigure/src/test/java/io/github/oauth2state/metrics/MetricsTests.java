package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link OAuth2StateMetricsAutoConfiguration} and what it configures.
 */
class MetricsTests {

	private static final StateKey KEY = StateKey.of("app", "test", "metrics");

	private final StateStore store = mock(StateStore.class);

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
						SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class,
						OAuth2StateAutoConfiguration.class, OAuth2StateMetricsAutoConfiguration.class))
		.withBean(StateStore.class, () -> this.store);

	private final ApplicationContextRunner appWithRollout = this.app.withConfiguration(AutoConfigurations
		.of(LoginAutoConfiguration.class, StateStoreAutoConfiguration.class, RolloutAutoConfiguration.class));

	MetricsTests() {
		given(this.store.name()).willReturn("redis");
	}

	@Test
	void loginsAreCountedByTheirTags() {
		run((registry, context) -> {
			LoginListener listener = context.getBean(LoginListener.class);
			listener.onLoginEvent(event(LoginOutcome.COMPLETED, "keycloak", Duration.ofSeconds(3)));
			listener.onLoginEvent(event(LoginOutcome.COMPLETED, "keycloak", null));
			listener.onLoginEvent(event(LoginOutcome.EVICTED, null, null));
			assertThat(registry.get("oauth2.state.logins")
				.tags("outcome", "completed", "path", "shared", "registration", "keycloak", "store", "redis")
				.counter()
				.count()).isEqualTo(2);
			assertThat(registry.get("oauth2.state.logins").tags("registration", "unknown").counter().count()).isOne();
			Timer timer = registry.get("oauth2.state.login.duration").timer();
			assertThat(timer.count()).isOne();
			assertThat(timer.takeSnapshot().total()).isEqualTo(3e9);
		});
	}

	@Test
	void logoutsAndTheSessionsThatTheyEndAreCounted() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.logouts").counters()).isEmpty();
			LogoutListener listener = context.getBean(LogoutListener.class);
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, 2));
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, 3));
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.REFUSED, 0));
			listener.onLogout(logout(LogoutKind.OPERATOR, LogoutOutcome.MARKED, 0));
			assertThat(registry.get("oauth2.state.logouts").counters()).hasSize(3);
			assertThat(registry.get("oauth2.state.logouts")
				.tags("kind", "logout_token", "outcome", "ended")
				.counter()
				.count()).isEqualTo(2);
			assertThat(registry.get("oauth2.state.logouts")
				.tags("kind", "logout_token", "outcome", "refused")
				.counter()
				.count()).isOne();
			assertThat(registry.get("oauth2.state.logouts.sessions").tags("kind", "logout_token").counter().count())
				.isEqualTo(5);
			assertThat(registry.get("oauth2.state.logouts.sessions").tags("kind", "operator").counter().count())
				.isZero();
		});
	}

	@Test
	void codesAreCountedByTypeAndOutcomeAndNotByClient() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.codes").counters()).isEmpty();
			CodeListener listener = context.getBean(CodeListener.class);
			for (int i = 0; i < 200; i++) {
				listener.onCodeEvent(
						new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client-" + i, "id-" + i));
			}
			listener.onCodeEvent(new CodeEvent(CodeOutcome.REUSED, CodeType.REFRESH_TOKEN, null, null));
			assertThat(registry.get("oauth2.state.codes").counters()).hasSize(2);
			assertThat(registry.get("oauth2.state.codes")
				.tags("type", "authorization_code", "outcome", "redeemed", "store", "redis")
				.counter()
				.count()).isEqualTo(200);
			assertThat(registry.get("oauth2.state.codes")
				.tags("type", "refresh_token", "outcome", "reused")
				.counter()
				.count()).isOne();
		});
	}

	@Test
	void codesNameTheStoreThatInstancesShareThoughLoginsAreInCookies() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new EventMetrics(registry, "cookie", "jdbc")
			.onCodeEvent(new CodeEvent(CodeOutcome.ISSUED, CodeType.AUTHORIZATION_CODE, "client", "id"));
		assertThat(registry.get("oauth2.state.codes").counter().getId().getTag("store")).isEqualTo("jdbc");
	}

	@Test
	void everyMeterHasADescription() {
		this.appWithRollout.run((context) -> {
			context.getBean(EventMetrics.class)
				.onLoginEvent(event(LoginOutcome.COMPLETED, "idp", Duration.ofSeconds(3)));
			context.getBean(LogoutListener.class).onLogout(logout(LogoutKind.OPERATOR, LogoutOutcome.ENDED, 1));
			context.getBean(CodeListener.class).onCodeEvent(code());
			context.getBean(TokenRefreshListener.class)
				.onTokenRefresh(new TokenRefreshEvent(TokenRefreshOutcome.REFRESHED, "early", "idp", false,
						Duration.ofSeconds(1)));
			context.getBean(CleanupListener.class)
				.onCleanup(new CleanupEvent(1, Duration.ofSeconds(1), null, 1, Duration.ofSeconds(1)));
			StateStore observed = context.getBean(ConfiguredStore.Decorator.class).decorate(this.store);
			given(this.store.find(KEY)).willAnswer((call) -> {
				assertThat(ours(context)).extracting(Meter.Id::getName)
					.contains("oauth2.state.store.operations.active");
				assertThat(ours(context)).allSatisfy(MetricsTests::assertDescribed);
				return Optional.empty();
			});
			observed.find(KEY);
			assertThat(ours(context)).extracting(Meter.Id::getName)
				.containsAll(Arrays.stream(OAuth2StateMeter.values()).map(OAuth2StateMeter::getName).toList());
			assertThat(ours(context)).allSatisfy(MetricsTests::assertDescribed);
		});
	}

	private static List<Meter.Id> ours(ApplicationContext context) {
		return context.getBean(MeterRegistry.class)
			.getMeters()
			.stream()
			.map(Meter::getId)
			.filter((id) -> id.getName().startsWith("oauth2.state."))
			// Which only the registry of this test has
			.filter((id) -> !id.getName().endsWith(".histogram"))
			.toList();
	}

	private static void assertDescribed(Meter.Id id) {
		assertThat(id.getDescription()).as(id.getName()).isNotBlank().matches("[A-Z1].{10,}[^.]");
	}

	@ParameterizedTest
	@EnumSource(Reason.class)
	void failureOfTheStoreIsCountedByItsKindAndStillThrown(Reason reason) {
		run((registry, context) -> {
			StateStore observed = context.getBean(ConfiguredStore.Decorator.class).decorate(this.store);
			StateStoreException failure = new StateStoreException(reason, "a message", null);
			given(this.store.take(KEY)).willThrow(failure);
			assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> observed.take(KEY)).isSameAs(failure);
			assertThat(registry.get("oauth2.state.store.operations")
				.tags("operation", "take", "outcome", OAuth2StateMeter.Tag.value(reason), "store", "redis", "error",
						"StateStoreException")
				.timer()
				.count()).isOne();
		});
	}

	@Test
	void everyCallOfTheStoreIsObservedAndPassedOn() {
		run((registry, context) -> {
			StateStore observed = context.getBean(ConfiguredStore.Decorator.class).decorate(this.store);
			byte[] value = { 1 };
			Duration ttl = Duration.ofMinutes(1);
			given(this.store.putIfAbsent(KEY, value, ttl)).willReturn(Optional.of(value));
			given(this.store.find(KEY)).willReturn(Optional.of(value));
			given(this.store.take(KEY)).willReturn(Optional.of(value));
			given(this.store.replace(KEY, value, value, ttl)).willReturn(true);
			given(this.store.remove(KEY, value)).willReturn(true);
			assertThat(observed.putIfAbsent(KEY, value, ttl)).contains(value);
			assertThat(observed.find(KEY)).contains(value);
			assertThat(observed.take(KEY)).contains(value);
			assertThat(observed.replace(KEY, value, value, ttl)).isTrue();
			assertThat(observed.remove(KEY, value)).isTrue();
			for (String operation : new String[] { "put_if_absent", "find", "take", "replace", "remove" }) {
				assertThat(registry.get("oauth2.state.store.operations")
					.tags("operation", operation, "outcome", "success", "error", "none")
					.timer()
					.count()).isOne();
			}
		});
	}

	@Test
	void timersHaveBucketsThatCanBeAddedUp() {
		run((registry, context) -> {
			given(this.store.find(any())).willReturn(Optional.empty());
			context.getBean(ConfiguredStore.Decorator.class).decorate(this.store).find(KEY);
			assertThat(buckets(registry)).hasSize(13).startsWith(0.5, 1, 2).endsWith(1000, 2000, 5000);
		});
	}

	@Test
	void propertiesOfTheAppReplaceTheBuckets() {
		this.app.withPropertyValues("management.metrics.distribution.slo.oauth2.state.store.operations=7ms,9ms")
			.run((context) -> {
				given(this.store.find(any())).willReturn(Optional.empty());
				context.getBean(ConfiguredStore.Decorator.class).decorate(this.store).find(KEY);
				assertThat(buckets(context.getBean(MeterRegistry.class))).containsExactly(7, 9);
			});
	}

	private static double[] buckets(MeterRegistry registry) {
		return Arrays.stream(registry.get("oauth2.state.store.operations").timer().takeSnapshot().histogramCounts())
			.mapToDouble(CountAtBucket::bucket)
			.map((nanos) -> nanos / 1e6)
			.toArray();
	}

	@Test
	void cleanupIsMeasuredFromItsFirstRun() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.pending").gauge()).isNull();
			CleanupListener listener = context.getBean(CleanupListener.class);
			listener.onCleanup(new CleanupEvent(5, Duration.ofMillis(20), null, 7, Duration.ofSeconds(90)));
			listener.onCleanup(new CleanupEvent(2, Duration.ofMillis(20), Reason.TIMEOUT, 0, Duration.ZERO));
			assertThat(registry.get("oauth2.state.cleanup").tags("outcome", "success").timer().count()).isOne();
			assertThat(registry.get("oauth2.state.cleanup").tags("outcome", "timeout").timer().count()).isOne();
			assertThat(registry.get("oauth2.state.cleanup.removed").counter().count()).isEqualTo(7);
			assertThat(registry.get("oauth2.state.pending").gauge().value()).isEqualTo(7);
			assertThat(registry.get("oauth2.state.cleanup.oldest.expired").timeGauge().value()).isEqualTo(90);
			listener.onCleanup(new CleanupEvent(0, Duration.ofMillis(20), null, 8, Duration.ZERO));
			assertThat(registry.get("oauth2.state.pending").gauge().value()).isEqualTo(8);
			assertThat(registry.get("oauth2.state.cleanup.oldest.expired").timeGauge().value()).isZero();
		});
	}

	@Test
	void percentageIsTheOneInForceAndIsAbsentWhereADeciderDecides() {
		ApplicationContextRunner some = this.appWithRollout.withPropertyValues("oauth2-state.rollout.percentage=2.5");
		some.run((context) -> assertThat(
				context.getBean(MeterRegistry.class).get("oauth2.state.rollout.percentage").gauge().value())
			.isEqualTo(2.5));
		some.withBean(RolloutDecider.class, () -> (login) -> true).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.find("oauth2.state.rollout.percentage").gauge()).isNull();
			assertThat(registry.find("oauth2.state.circuit").gauges()).hasSize(3);
		});
	}

	@Test
	void circuitIsOneForItsStateAndZeroForTheOthers() {
		this.appWithRollout.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			StoreCircuit circuit = context.getBean(StoreCircuit.class);
			assertThat(circuit(registry)).containsOnly(entry("closed", 1.0), entry("open", 0.0),
					entry("half_open", 0.0));
			for (int i = 0; i < 3; i++) {
				assertThat(circuit.tryAcquire()).isTrue();
				circuit.failed(1, new StateStoreException(Reason.CONNECTION, "a message", null));
			}
			assertThat(circuit(registry)).containsOnly(entry("closed", 0.0), entry("open", 1.0),
					entry("half_open", 0.0));
		});
	}

	private static Map<String, Double> circuit(MeterRegistry registry) {
		return registry.get("oauth2.state.circuit")
			.gauges()
			.stream()
			.collect(Collectors.toMap((gauge) -> String.valueOf(gauge.getId().getTag("state")), Gauge::value));
	}

	@Test
	void everyMeterOfTheEnumIsMadeWithItsTypeAndTagsAndNoOther() {
		this.appWithRollout.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			given(this.store.find(any())).willReturn(Optional.empty());
			context.getBean(ConfiguredStore.Decorator.class).decorate(this.store).find(KEY);
			context.getBean(EventMetrics.class)
				.onLoginEvent(event(LoginOutcome.COMPLETED, "keycloak", Duration.ofSeconds(1)));
			context.getBean(LogoutListener.class).onLogout(logout(LogoutKind.OPERATOR, LogoutOutcome.ENDED, 1));
			context.getBean(CodeListener.class).onCodeEvent(code());
			context.getBean(CleanupListener.class)
				.onCleanup(new CleanupEvent(5, Duration.ofMillis(20), null, 7, Duration.ZERO));
			context.getBean(TokenRefreshListener.class)
				.onTokenRefresh(new TokenRefreshEvent(TokenRefreshOutcome.SHARED, "single_flight", "keycloak", false,
						Duration.ofMillis(30)));
			for (OAuth2StateMeter meter : OAuth2StateMeter.values()) {
				Meter made = registry.get(meter.getName()).meter();
				assertThat(made.getId().getType()).isEqualTo(meter.getType());
				assertThat(made.getId().getTags()).extracting("key")
					.containsExactlyInAnyOrder(
							Arrays.stream(meter.getKeyNames()).map((key) -> (Object) key.asString()).toArray());
			}
		});
	}

	@Test
	void waitsForNewTokensAreTimedByStrategyAndOutcome() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		EventMetrics metrics = new EventMetrics(registry, "redis", "redis");
		for (TokenRefreshOutcome outcome : TokenRefreshOutcome.values()) {
			metrics.onTokenRefresh(new TokenRefreshEvent(outcome, "early", "keycloak", true, Duration.ofMillis(30)));
		}
		assertThat(registry.get("oauth2.state.refresh").tag("strategy", "early").timers())
			.extracting((timer) -> timer.getId().getTag("outcome"))
			.hasSize(TokenRefreshOutcome.values().length)
			.contains("refreshed", "timed_out", "store_error");
		assertThat(
				registry.get("oauth2.state.refresh").tag("outcome", "shared").timer().totalTime(TimeUnit.MILLISECONDS))
			.isEqualTo(30);
	}

	@Test
	void nothingIsLoadedWithoutMicrometer() {
		this.app.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(LoginListener.class)
				.doesNotHaveBean(ConfiguredStore.Decorator.class));
	}

	@Test
	void nothingIsMeasuredWithoutARegistryOrWhenDisabled() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OAuth2StateMetricsAutoConfiguration.class))
			.run((context) -> assertThat(context).doesNotHaveBean(LoginListener.class)
				.doesNotHaveBean(ConfiguredStore.Decorator.class));
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LoginListener.class)
				.doesNotHaveBean(ConfiguredStore.Decorator.class));
	}

	@Test
	void worksWithARegistryThatObservesNothing() {
		StateStore observed = new ObservedStateStore(this.store, ObservationRegistry.NOOP);
		given(this.store.find(KEY)).willReturn(Optional.empty());
		assertThat(observed.find(KEY)).isEmpty();
		assertThat(new EventMetrics(new SimpleMeterRegistry(), "redis", "redis")).isNotNull();
	}

	private void run(Scenario scenario) {
		this.app.run((context) -> scenario.run(context.getBean(MeterRegistry.class), context));
	}

	private static LoginEvent event(LoginOutcome outcome, String registrationId, Duration sinceBegin) {
		return new LoginEvent(outcome, LoginPath.SHARED, registrationId, sinceBegin, "c0ffee000001");
	}

	private static LogoutEvent logout(LogoutKind kind, LogoutOutcome outcome, int sessions) {
		return new LogoutEvent(kind, outcome, "keycloak", sessions);
	}

	private static CodeEvent code() {
		return new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client", "id");
	}

	@FunctionalInterface
	private interface Scenario {

		void run(MeterRegistry registry, ApplicationContext context);

	}

}
