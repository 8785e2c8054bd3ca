package io.github.oauth2state.rollout;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.github.oauth2state.StateStoreException;

/**
 * A percentage that is set at run time for all instances: one record in the store, which
 * every instance looks at every two seconds. While the store does not answer, the last
 * known percentage stays.
 */
public final class ClusterPercentage implements RolloutPercentage, SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ClusterPercentage.class);

	static final Duration INTERVAL = Duration.ofSeconds(2);

	private final Percentage configured;

	private final StoredPercentage stored;

	private @Nullable String complaint;

	private volatile @Nullable ScheduledExecutorService scheduler;

	ClusterPercentage(Percentage configured, StoredPercentage stored) {
		this.configured = configured;
		this.stored = stored;
	}

	@Override
	public Percentage current() {
		return set().orElse(this.configured);
	}

	@Override
	public Percentage configured() {
		return this.configured;
	}

	/**
	 * Returns what was set at run time, as far as this instance knows.
	 * @return the percentage, or empty if what is configured is in force
	 */
	public Optional<Percentage> set() {
		return Optional.ofNullable(this.stored.last()).map(PercentageRecord::percentage);
	}

	/**
	 * Sets the percentage for all instances. It is in force here at once, and everywhere
	 * within five seconds.
	 * @param percentage the percentage, or {@code null} for what each is configured with
	 * @throws StateStoreException if the store did not answer; the percentage may be set
	 * all the same
	 */
	public synchronized void set(@Nullable Percentage percentage) {
		Optional<Percentage> before = set();
		this.stored.set(percentage);
		tell(before);
	}

	private synchronized void refresh() {
		Optional<Percentage> before = set();
		String reason;
		try {
			reason = this.stored.refresh();
		}
		catch (RuntimeException | Error ex) {
			// Whatever escaped would end the schedule
			reason = "the store did not tell, "
					+ ((ex instanceof StateStoreException known) ? known.getReason() : ex.getClass().getName());
		}
		if (reason != null && !reason.equals(this.complaint)) {
			logger
				.warn("Cannot see whether another percentage was set, so %s %% stays: %s".formatted(current(), reason));
		}
		this.complaint = reason;
		tell(before);
	}

	private void tell(Optional<Percentage> before) {
		if (!before.equals(set())) {
			logger.info("%s %% of browsers begin logins on the shared path, %s".formatted(current(),
					set().isPresent() ? "as was set at run time" : "as configured"));
		}
	}

	/**
	 * Looks at the record before the first login begins.
	 */
	@Override
	public void start() {
		ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor((work) -> {
			Thread thread = new Thread(work, "oauth2-state-rollout");
			thread.setDaemon(true);
			return thread;
		});
		this.scheduler = started;
		refresh();
		var unused = started.scheduleWithFixedDelay(this::refresh, INTERVAL.toMillis(), INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	@Override
	public void stop() {
		ScheduledExecutorService running = this.scheduler;
		this.scheduler = null;
		if (running != null) {
			running.shutdownNow();
		}
	}

	@Override
	public boolean isRunning() {
		return this.scheduler != null;
	}

	/**
	 * Before the web server, which comes late.
	 */
	@Override
	public int getPhase() {
		return 0;
	}

}
