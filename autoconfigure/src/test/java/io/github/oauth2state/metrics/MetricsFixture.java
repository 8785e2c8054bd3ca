package io.github.oauth2state.metrics;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * An app with metrics whose store is a mock, and events to count.
 */
abstract class MetricsFixture {

	static final StateKey KEY = StateKey.of("app", "test", "metrics");

	final StateStore store = mock(StateStore.class);

	final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
						SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class,
						OAuth2StateAutoConfiguration.class, OAuth2StateMetricsAutoConfiguration.class))
		.withBean(StateStore.class, () -> this.store);

	final ApplicationContextRunner appWithRollout = this.app.withConfiguration(AutoConfigurations
		.of(LoginAutoConfiguration.class, StateStoreAutoConfiguration.class, RolloutAutoConfiguration.class));

	MetricsFixture() {
		given(this.store.name()).willReturn("redis");
	}

	void run(Scenario scenario) {
		this.app.run((context) -> scenario.run(context.getBean(MeterRegistry.class), context));
	}

	static LoginEvent event(LoginOutcome outcome, String registrationId, Duration sinceBegin) {
		return new LoginEvent(outcome, LoginPath.SHARED, registrationId, sinceBegin, "c0ffee000001");
	}

	static LogoutEvent logout(LogoutKind kind, LogoutOutcome outcome, int sessions) {
		return new LogoutEvent(kind, outcome, "keycloak", sessions);
	}

	@FunctionalInterface
	interface Scenario {

		void run(MeterRegistry registry, ApplicationContext context);

	}

}
