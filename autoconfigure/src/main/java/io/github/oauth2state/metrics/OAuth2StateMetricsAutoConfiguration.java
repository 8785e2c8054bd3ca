package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
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
		EventMetrics oauth2StateEventMetrics(MeterRegistry registry, OAuth2StateSettings settings,
				ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores) {
			return new EventMetrics(registry, name(Optional.ofNullable(logins.getIfUnique())),
					name(ConfiguredStore.shared(settings.store(), logins, stores)));
		}

		private static String name(Optional<StateStore> store) {
			return store.map(StateStore::name).orElse("cookie");
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
			return new ConfiguredStore.Decorator() {

				@Override
				public StateStore decorate(StateStore store) {
					return new ObservedStateStore(store, registry);
				}

				@Override
				public ReactiveStateStore decorateReactive(ReactiveStateStore store) {
					return new ObservedReactiveStateStore(store, registry);
				}

			};
		}

	}

	/**
	 * Gives the library's meters their descriptions, as meters of observations cannot
	 * have one otherwise, and its timers a few buckets in the range that matters, from
	 * which percentiles over all instances can be computed. Properties of the app under
	 * {@code management.metrics.distribution} replace the buckets.
	 */
	static class OAuth2StateMeterFilter implements MeterFilter {

		private static final Map<String, String> DESCRIPTIONS = descriptions();

		private static final Map<String, double[]> BUCKETS = Map.of(OAuth2StateMeter.STORE_OPERATIONS.getName(),
				nanos(Stream.concat(Stream.of(Duration.ofNanos(500_000)),
						Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000).map(Duration::ofMillis))),
				OAuth2StateMeter.LOGIN_DURATION.getName(),
				nanos(Stream.of(1, 2, 5, 10, 30, 60, 120, 300, 600).map(Duration::ofSeconds)),
				OAuth2StateMeter.REFRESH.getName(),
				nanos(Stream.of(5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
					.map(Duration::ofMillis)));

		private static Map<String, String> descriptions() {
			Map<String, String> descriptions = Arrays.stream(OAuth2StateMeter.values())
				.collect(Collectors.toMap(OAuth2StateMeter::getName, OAuth2StateMeter::getDescription));
			// Observations add a meter of those that have not ended
			descriptions.put(OAuth2StateMeter.STORE_OPERATIONS.getName() + ".active",
					"Calls of the store that have not ended");
			return descriptions;
		}

		private static double[] nanos(Stream<Duration> durations) {
			return durations.mapToDouble((duration) -> (double) duration.toNanos()).toArray();
		}

		@Override
		public Meter.Id map(Meter.Id id) {
			String description = DESCRIPTIONS.get(id.getName());
			return (description == null || id.getDescription() != null) ? id : new Meter.Id(id.getName(),
					Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), description, id.getType());
		}

		@Override
		public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
			double[] buckets = BUCKETS.get(id.getName());
			if (buckets == null || id.getType() != Meter.Type.TIMER) {
				return config;
			}
			return config.merge(DistributionStatisticConfig.builder().serviceLevelObjectives(buckets).build());
		}

	}

}
