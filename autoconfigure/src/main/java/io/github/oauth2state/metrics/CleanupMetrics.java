package io.github.oauth2state.metrics;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.metrics.OAuth2StateMeter.Tag;

/**
 * Measures the removal of expired records. What it measures first appears with the first
 * run, so that stores which need no removal have no such meters.
 */
class CleanupMetrics implements CleanupListener {

	private final MeterRegistry registry;

	private volatile @Nullable CleanupEvent last;

	CleanupMetrics(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void onCleanup(CleanupEvent event) {
		this.registry
			.timer(OAuth2StateMeter.CLEANUP.getName(), Tag.OUTCOME.asString(), TagValues.ofFailure(event.failure()))
			.record(event.duration());
		this.registry.counter(OAuth2StateMeter.CLEANUP_REMOVED.getName()).increment((double) event.removed());
		if (event.failure() == null) {
			showBacklog(event);
		}
	}

	private void showBacklog(CleanupEvent event) {
		if (this.last == null) {
			this.last = event;
			TimeGauge
				.builder(OAuth2StateMeter.CLEANUP_OLDEST_EXPIRED.getName(), () -> last().oldestExpired().toMillis(),
						TimeUnit.MILLISECONDS)
				.register(this.registry);
			Gauge.builder(OAuth2StateMeter.PENDING.getName(), () -> last().pending()).register(this.registry);
		}
		this.last = event;
	}

	private CleanupEvent last() {
		CleanupEvent event = this.last;
		if (event == null) {
			throw new IllegalStateException("No cleanup yet");
		}
		return event;
	}

}
