package io.github.oauth2state.rollout;

import java.time.Duration;
import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.support.PeriodicTask;

/**
 * The percentage that operators set at run time for all instances. Every instance reads
 * it from the store every two seconds, and keeps the last one while the store does not
 * answer. Thread-safe.
 */
class ClusterPercentage extends PeriodicTask {

	private static final Log logger = LogFactory.getLog(ClusterPercentage.class);

	static final Duration INTERVAL = Duration.ofSeconds(2);

	private final Percentage configured;

	private final PercentageRepository repository;

	private @Nullable String lastProblem;

	ClusterPercentage(Percentage configured, PercentageRepository repository) {
		super("oauth2-state-rollout", INTERVAL);
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

	@Override
	protected synchronized void run() {
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
		run();
		super.start();
	}

	/**
	 * Starts before the web server, which has a later phase.
	 */
	@Override
	public int getPhase() {
		return 0;
	}

}
