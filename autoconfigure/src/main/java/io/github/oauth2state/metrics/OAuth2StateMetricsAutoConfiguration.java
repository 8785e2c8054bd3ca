package io.github.oauth2state.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;
import io.github.oauth2state.store.StoreDecorator;

/**
 * Auto-configuration of meters and observations, where the app has a registry for them.
 */
@AutoConfiguration(
		after = { OAuth2StateAutoConfiguration.class, RolloutAutoConfiguration.class,
				StateStoreAutoConfiguration.class },
		afterName = {
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@ConditionalOnOAuth2State
public final class OAuth2StateMetricsAutoConfiguration {

	/**
	 * Meters of logins and cleanup.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class Meters {

		@Bean
		LoginMetrics oauth2StateLoginMetrics(MeterRegistry registry, ObjectProvider<StateStore> store) {
			StateStore unique = store.getIfUnique();
			return new LoginMetrics(registry, (unique != null) ? unique.name() : "cookie");
		}

		@Bean
		CleanupMetrics oauth2StateCleanupMetrics(MeterRegistry registry) {
			return new CleanupMetrics(registry);
		}

		@Bean
		RefreshMetrics oauth2StateRefreshMetrics(MeterRegistry registry) {
			return new RefreshMetrics(registry);
		}

		@Bean
		@ConditionalOnBean({ Rollout.class, StoreCircuit.class })
		RolloutMetrics oauth2StateRolloutMetrics(Rollout rollout, StoreCircuit circuit) {
			return new RolloutMetrics(rollout, circuit);
		}

		@Bean
		MeterFilter oauth2StateDescriptionMeterFilter() {
			return new DescriptionMeterFilter();
		}

		/**
		 * Before that of Spring Boot, whose properties have the last word.
		 */
		@Bean
		@Order(-1)
		MeterFilter oauth2StateHistogramMeterFilter() {
			return new HistogramMeterFilter();
		}

	}

	/**
	 * Observations of the store.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ObservationRegistry.class)
	@ConditionalOnBean(ObservationRegistry.class)
	static class Observations {

		@Bean
		StoreDecorator oauth2StateObservedStore(ObservationRegistry registry) {
			return (store) -> new ObservedStateStore(store, registry);
		}

	}

}
