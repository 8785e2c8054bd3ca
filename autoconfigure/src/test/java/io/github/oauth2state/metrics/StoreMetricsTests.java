package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StoreCircuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;

/**
 * Tests for {@link ObservedStateStore} and the meters of the circuit before the store.
 */
class StoreMetricsTests extends MetricsFixture {

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
	void worksWithARegistryThatObservesNothing() {
		StateStore observed = new ObservedStateStore(this.store, ObservationRegistry.NOOP);
		given(this.store.find(KEY)).willReturn(Optional.empty());
		assertThat(observed.find(KEY)).isEmpty();
		assertThat(new EventMetrics(new SimpleMeterRegistry(), "redis", "redis")).isNotNull();
	}

}
