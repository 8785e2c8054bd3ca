package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

/**
 * Gives the library's meters their descriptions, as meters of observations cannot have
 * one otherwise, and its timers a few buckets in the range that matters, from which
 * percentiles over all instances can be computed. Properties of the app under
 * {@code management.metrics.distribution} replace the buckets.
 */
class OAuth2StateMeterFilter implements MeterFilter {

	private static final Map<String, String> DESCRIPTIONS = descriptions();

	private static final Map<String, double[]> BUCKETS = Map.of(OAuth2StateMeter.STORE_OPERATIONS.getName(),
			nanos(Stream.concat(Stream.of(Duration.ofNanos(500_000)),
					Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000).map(Duration::ofMillis))),
			OAuth2StateMeter.LOGIN_DURATION.getName(),
			nanos(Stream.of(1, 2, 5, 10, 30, 60, 120, 300, 600).map(Duration::ofSeconds)),
			OAuth2StateMeter.REFRESH.getName(),
			nanos(Stream.of(5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000).map(Duration::ofMillis)));

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
