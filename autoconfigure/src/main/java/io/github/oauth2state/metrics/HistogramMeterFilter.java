package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

/**
 * Gives timers buckets, from which percentiles over all instances can be computed. There
 * are few, in the range that matters. Properties of the app under
 * {@code management.metrics.distribution} replace them.
 */
class HistogramMeterFilter implements MeterFilter {

	private static final Map<String, double[]> BUCKETS = Map.of(OAuth2StateMeter.STORE_OPERATIONS.getName(),
			nanos(Stream.concat(Stream.of(Duration.ofNanos(500_000)),
					Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000).map(Duration::ofMillis))),
			OAuth2StateMeter.LOGIN_DURATION.getName(),
			nanos(Stream.of(1, 2, 5, 10, 30, 60, 120, 300, 600).map(Duration::ofSeconds)),
			OAuth2StateMeter.REFRESH.getName(),
			nanos(Stream.of(5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000).map(Duration::ofMillis)));

	private static double[] nanos(Stream<Duration> durations) {
		return durations.mapToDouble((duration) -> (double) duration.toNanos()).toArray();
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
