package io.github.oauth2state.actuate;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.github.oauth2state.store.StoreCircuit;

/**
 * Tells whether the store can keep logins. While it cannot, users who are signed in lose
 * nothing, so that by default the app's own health stays as it is: its other instances
 * have the same store, and to take all of them out of service would end what works.
 */
class StoreHealthIndicator implements HealthIndicator {

	/**
	 * Spring Boot leaves a status that it does not know out of the app's.
	 */
	static final Status DEGRADED = new Status("DEGRADED");

	private final String store;

	private final CachedAnswer<StoreProbe.Result> probe;

	private final @Nullable StoreCircuit circuit;

	private final Status failed;

	StoreHealthIndicator(String store, CachedAnswer<StoreProbe.Result> probe, @Nullable StoreCircuit circuit,
			boolean downOnFailure) {
		this.store = store;
		this.probe = probe;
		this.circuit = circuit;
		this.failed = downOnFailure ? Status.DOWN : DEGRADED;
	}

	@Override
	public Health health() {
		StoreProbe.Result result = this.probe.get();
		Health.Builder health = Health.status(result.successful() ? Status.UP : this.failed)
			.withDetail("store", this.store)
			.withDetail("latency", millis(result.latency()));
		if (this.circuit != null) {
			health.withDetail("circuit", this.circuit.state().toString());
		}
		StoreProbe.Failure failure = result.lastFailure();
		if (failure != null) {
			health.withDetail("lastError", failure.error()).withDetail("lastErrorAt", failure.at());
		}
		return health.build();
	}

	/**
	 * A round trip often takes less than one.
	 */
	private static double millis(Duration latency) {
		return TimeUnit.NANOSECONDS.toMicros(latency.toNanos()) / 1000.0;
	}

}
