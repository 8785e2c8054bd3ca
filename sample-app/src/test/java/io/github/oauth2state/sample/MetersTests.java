package io.github.oauth2state.sample;

import java.time.Duration;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class MetersTests {

	private final MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

	private final Meters meters = new Meters(this.registry,
			new InstanceName(new MockEnvironment().withProperty("sample.instance", "one")));

	private final Timer operations = Timer.builder("oauth2.state.store.operations")
		.serviceLevelObjectives(Duration.ofMillis(5), Duration.ofMillis(500))
		.register(this.registry);

	@Test
	void withoutCallsThereIsNoPercentile() {
		assertThat(this.meters.read().store()).isEqualTo("no calls yet");
	}

	@Test
	void firstCallsOfAJvmAreNoPercentile() {
		record(8, 400);
		record(100, 2);
		assertThat(this.meters.read().store()).isEqualTo("too few calls (108)");
	}

	@Test
	void percentileOfManyCallsLeavesOutTheFirstOnes() {
		record(8, 400);
		record(192, 2);
		assertThat(this.meters.read().store()).isEqualTo("at most 5 ms");
	}

	private void record(int calls, long millis) {
		for (int i = 0; i < calls; i++) {
			this.operations.record(Duration.ofMillis(millis));
		}
	}

}
