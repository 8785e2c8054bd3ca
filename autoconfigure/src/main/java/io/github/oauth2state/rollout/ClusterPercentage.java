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
 * The percentage that operators set at run time for all instances. Every instance reads
 * it from the store every two seconds, and keeps the last one while the store does not
 * answer. Thread-safe.
 */
class ClusterPercentage implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ClusterPercentage.class);

	static final Duration INTERVAL = Duration.ofSeconds(2);

	private final Percentage configured;

	private final PercentageRepository repository;

	private @Nullable String lastProblem;

	private volatile @Nullable ScheduledExecutorService scheduler;

	ClusterPercentage(Percentage configured, PercentageRepository repository) {
		this.configured = configured;
		this.repository = repository;
	}

	/**
	 * Returns the percentage that is in force. Never waits.
	 */
	Percentage current() {
		return setAtRuntime().orElse(this.configured);
	}

	/**
	 * Returns the percentage that was set at run time, as far as this instance knows, or
	 * empty if the configured one is in force.
	 */
	Optional<Percentage> setAtRuntime() {
		return Optional.ofNullable(this.repository.last()).map(PercentageRecord::percentage);
	}

	/**
	 * Sets the percentage for all instances, or clears it.
	 * @param percentage the percentage, or {@code null} to clear it
	 * @throws StateStoreException if the store failed; the percentage may be set even so
	 */
	synchronized void set(@Nullable Percentage percentage) {
		Optional<Percentage> before = setAtRuntime();
		this.repository.set(percentage);
		logChange(before);
	}

	private synchronized void refresh() {
		Optional<Percentage> before = setAtRuntime();
		String problem;
		try {
			problem = this.repository.refresh();
		}
		catch (RuntimeException | Error ex) {
			// An exception would end the schedule
			problem = "the store could not be read, "
					+ ((ex instanceof StateStoreException known) ? known.getReason() : ex.getClass().getName());
		}
		if (problem != null && !problem.equals(this.lastProblem)) {
			logger.warn(
					"Cannot see whether another percentage was set, so %s %% stays: %s".formatted(current(), problem));
		}
		this.lastProblem = problem;
		logChange(before);
	}

	private void logChange(Optional<Percentage> before) {
		Optional<Percentage> now = setAtRuntime();
		if (!now.equals(before)) {
			logger.info("%s %% of browsers begin logins on the shared path, as %s".formatted(current(),
					now.isPresent() ? "set at run time" : "configured"));
		}
	}

	/**
	 * Reads the percentage before the first login begins.
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
	 * Starts before the web server, which has a later phase.
	 */
	@Override
	public int getPhase() {
		return 0;
	}

}
