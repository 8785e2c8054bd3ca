package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.store.ConfiguredStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;

/**
 * Tests for {@link OAuth2StateMetricsAutoConfiguration}: which meters there are, and
 * when.
 */
class MetricsTests extends MetricsFixture {

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

	private static CodeEvent code() {
		return new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client", "id");
	}

}
