package io.github.oauth2state.sample;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import org.springframework.stereotype.Component;

import io.github.oauth2state.LoginOutcome;

/**
 * Reads from this instance's meters what the page shows of them.
 */
@Component
class Meters {

	/**
	 * A space that keeps an outcome and its count on one line of a narrow page.
	 */
	private static final char NO_BREAK = '\u00a0';

	private static final double MOST = 0.95;

	/**
	 * The first calls of a JVM are slow, and of fewer calls than these they are all that
	 * the percentile shows.
	 */
	private static final long ENOUGH_CALLS = 200;

	private final MeterRegistry registry;

	private final InstanceName instance;

	Meters(MeterRegistry registry, InstanceName instance) {
		this.registry = registry;
		this.instance = instance;
	}

	Readings read() {
		return new Readings(this.instance.get(), logins(), store(), rollout(), circuit());
	}

	private String logins() {
		Map<LoginOutcome, Double> byOutcome = new EnumMap<>(LoginOutcome.class);
		for (Counter counter : this.registry.find("oauth2.state.logins").counters()) {
			String outcome = String.valueOf(counter.getId().getTag("outcome"));
			byOutcome.merge(LoginOutcome.valueOf(outcome.toUpperCase(Locale.ROOT)), counter.count(), Double::sum);
		}
		String counts = byOutcome.entrySet()
			.stream()
			.map((entry) -> words(entry.getKey().name().toLowerCase(Locale.ROOT)) + NO_BREAK
					+ Math.round(entry.getValue()))
			.collect(Collectors.joining(", "));
		return counts.isEmpty() ? "none yet" : counts;
	}

	/**
	 * Tells the bucket that 95 of 100 calls are below or in, for all operations together.
	 */
	private String store() {
		SortedMap<Double, Double> within = new TreeMap<>();
		long calls = 0;
		for (Timer timer : this.registry.find("oauth2.state.store.operations").timers()) {
			HistogramSnapshot snapshot = timer.takeSnapshot();
			calls += snapshot.count();
			for (CountAtBucket bucket : snapshot.histogramCounts()) {
				within.merge(bucket.bucket(TimeUnit.NANOSECONDS), bucket.count(), Double::sum);
			}
		}
		if (calls < ENOUGH_CALLS) {
			return (calls == 0) ? "no calls yet" : "too few calls (" + calls + ")";
		}
		double most = calls * MOST;
		return within.entrySet()
			.stream()
			.filter((bucket) -> bucket.getValue() >= most)
			.findFirst()
			.map((bucket) -> "at most " + text(Duration.ofNanos(Math.round(bucket.getKey()))))
			.orElse("longer than all buckets");
	}

	private static String text(Duration duration) {
		if (duration.toMillis() >= 1000) {
			return duration.toSeconds() + " s";
		}
		return (duration.toMillis() > 0) ? duration.toMillis() + " ms" : "0.5 ms";
	}

	private String rollout() {
		Gauge percentage = this.registry.find("oauth2.state.rollout.percentage").gauge();
		return (percentage != null) ? Math.round(percentage.value()) + " %" : "none";
	}

	private String circuit() {
		return this.registry.find("oauth2.state.circuit")
			.gauges()
			.stream()
			.filter((state) -> state.value() == 1)
			.map((state) -> words(String.valueOf(state.getId().getTag("state"))))
			.findFirst()
			.orElse("none");
	}

	private static String words(String tag) {
		return tag.replace('_', NO_BREAK);
	}

	/**
	 * What the page shows.
	 *
	 * @param instance whose meters these are
	 * @param logins how many, by outcome
	 * @param store how long calls of the store take, all but the slowest
	 * @param rollout the percentage of browsers on the path that is rolled out
	 * @param circuit whether logins that begin ask the store
	 */
	record Readings(String instance, String logins, String store, String rollout, String circuit) {
	}

}
