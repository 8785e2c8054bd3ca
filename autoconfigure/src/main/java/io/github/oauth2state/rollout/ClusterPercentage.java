package io.github.oauth2state.rollout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;

/**
 * A percentage that is set at run time for all instances: one record in the store, which
 * every instance looks at every two seconds.
 * <p>
 * The record lives for a day, and whoever finds one that is half as old renews it. One
 * that is gone, or older than what was seen before, was lost with the store's data, and
 * whoever remembers it puts it back: clearing, too, leaves a record. While the store does
 * not answer, the last known value stays.
 */
public final class ClusterPercentage implements RolloutPercentage, SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ClusterPercentage.class);

	static final Duration INTERVAL = Duration.ofSeconds(2);

	static final Duration TTL = Duration.ofDays(1);

	private static final int ATTEMPTS = 10;

	private final Percentage configured;

	private final StateStore store;

	private final StateKey key;

	private final InstantSource clock;

	private volatile @Nullable PercentageRecord last;

	private volatile boolean failing;

	private volatile @Nullable ScheduledExecutorService scheduler;

	ClusterPercentage(Percentage configured, StateStore store, String namespace, InstantSource clock) {
		this.configured = configured;
		this.store = store;
		this.key = StateKey.of(namespace, "rollout", "percentage");
		this.clock = clock;
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
		PercentageRecord known = this.last;
		return (known != null) ? Optional.ofNullable(known.percentage()) : Optional.empty();
	}

	/**
	 * Sets the percentage for all instances. It is in force here at once, and everywhere
	 * within five seconds.
	 * @param percentage the percentage, or {@code null} for what each is configured with
	 * @throws StateStoreException if the store did not answer; the percentage may be set
	 * all the same
	 */
	public synchronized void set(@Nullable Percentage percentage) {
		PercentageRecord written = new PercentageRecord(percentage, laterThan(this.last));
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Optional<byte[]> there = this.store.putIfAbsent(this.key, written.format(), TTL);
			if (there.isPresent()) {
				written = new PercentageRecord(percentage, laterThan(PercentageRecord.parse(there.get()).orElse(null)));
			}
			if (there.isEmpty() || this.store.replace(this.key, there.get(), written.format(), TTL)) {
				know(written);
				return;
			}
		}
		throw new StateStoreException(StateStoreException.Reason.REJECTED, "Others set the percentage all the time",
				null);
	}

	/**
	 * Returns a time for a record that replaces another. Instances' clocks differ, and
	 * the later record has to be told from the earlier one.
	 */
	private Instant laterThan(@Nullable PercentageRecord replaced) {
		Instant now = this.clock.instant();
		return (replaced != null && !now.isAfter(replaced.written())) ? replaced.written().plusMillis(1) : now;
	}

	private synchronized void refresh() {
		try {
			Optional<byte[]> there = this.store.find(this.key);
			if (there.isPresent()) {
				follow(there.get());
			}
			else {
				putBack();
			}
			this.failing = false;
		}
		catch (RuntimeException | Error ex) {
			// Whatever escaped would end the schedule
			if (!this.failing) {
				this.failing = true;
				logger.warn("Cannot see whether another percentage was set, so %s %% stays: %s".formatted(current(),
						(ex instanceof StateStoreException known) ? known.getReason() : ex.getClass().getName()));
			}
		}
	}

	private void follow(byte[] value) {
		PercentageRecord there = PercentageRecord.parse(value).orElse(null);
		if (there == null) {
			throw new IllegalStateException("The record is not one of a percentage");
		}
		PercentageRecord known = this.last;
		if (known != null && known.written().isAfter(there.written())) {
			// The store went back in time, as from a snapshot or a replica
			this.store.replace(this.key, value, known.format(), TTL);
			return;
		}
		know(there);
		boolean old = there.written().plus(TTL.dividedBy(2)).isBefore(this.clock.instant());
		if (old && there.percentage() != null) {
			PercentageRecord renewed = new PercentageRecord(there.percentage(), laterThan(there));
			this.store.replace(this.key, value, renewed.format(), TTL);
		}
	}

	private void putBack() {
		PercentageRecord known = this.last;
		if (known == null) {
			return;
		}
		boolean young = known.written().plus(TTL).isAfter(this.clock.instant());
		if (known.percentage() != null || young) {
			this.store.putIfAbsent(this.key, known.format(), TTL);
		}
	}

	private void know(PercentageRecord there) {
		PercentageRecord before = this.last;
		this.last = there;
		if (before == null || !Arrays.equals(before.format(), there.format())) {
			logger.info("%s %% of browsers begin logins on the shared path, %s".formatted(current(),
					(there.percentage() != null) ? "as was set at run time" : "as configured"));
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
