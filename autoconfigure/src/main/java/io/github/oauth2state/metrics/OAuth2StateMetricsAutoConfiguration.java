package io.github.oauth2state.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
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
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Auto-configuration of meters and observations, if the app has a registry for them.
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
	 * Meters of events, of the rollout and of the circuit.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBean(MeterRegistry.class)
	static class Meters {

		@Bean
		EventMetrics oauth2StateEventMetrics(MeterRegistry registry, ObjectProvider<StateStore> store) {
			StateStore unique = store.getIfUnique();
			return new EventMetrics(registry, (unique != null) ? unique.name() : "cookie");
		}

		@Bean
		@ConditionalOnBean(Rollout.class)
		MeterBinder oauth2StateRolloutMetrics(Rollout rollout) {
			return (registry) -> {
				if (!rollout.hasDecider()) {
					Gauge
						.builder(OAuth2StateMeter.ROLLOUT_PERCENTAGE.getName(), rollout,
								(current) -> current.percentage().doubleValue())
						.register(registry);
				}
			};
		}

		@Bean
		@ConditionalOnBean(StoreCircuit.class)
		MeterBinder oauth2StateCircuitMetrics(StoreCircuit circuit) {
			return (registry) -> {
				for (StoreCircuit.State state : StoreCircuit.State.values()) {
					Gauge.builder(OAuth2StateMeter.CIRCUIT.getName(), circuit, (now) -> (now.state() == state) ? 1 : 0)
						.tag(Tag.STATE.asString(), Tag.value(state))
						.register(registry);
				}
			};
		}

		/**
		 * Comes before the filter of Spring Boot, so that the app's properties override
		 * it.
		 */
		@Bean
		@Order(-1)
		MeterFilter oauth2StateMeterFilter() {
			return new OAuth2StateMeterFilter();
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
		ConfiguredStore.Decorator oauth2StateObservedStore(ObservationRegistry registry) {
			return (store) -> new ObservedStateStore(store, registry);
		}

	}

}
