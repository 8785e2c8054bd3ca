package io.github.oauth2state.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Removes expired records now and then. All instances may do it at once: what one has
 * locked, the others leave to it.
 */
class ExpiredRecordCleanup implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ExpiredRecordCleanup.class);

	private static final int REST_FACTOR = 3;

	private static final Duration MAX_REST = Duration.ofSeconds(1);

	private static final Backlog NOTHING = new Backlog(0, Duration.ZERO);

	private final JdbcStateStore store;

	private final Duration interval;

	private final int batchSize;

	private final Duration maxDuration;

	private final List<CleanupListener> listeners;

	private volatile @Nullable ScheduledExecutorService scheduler;

	ExpiredRecordCleanup(JdbcStateStore store, Duration interval, int batchSize, Duration maxDuration,
			List<CleanupListener> listeners) {
		this.store = store;
		this.interval = interval;
		this.batchSize = batchSize;
		this.maxDuration = maxDuration;
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * Begins at a random time within the interval, so that instances that were started
	 * together do not clean together.
	 */
	@Override
	@SuppressWarnings("FutureReturnValueIgnored")
	public void start() {
		ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(ExpiredRecordCleanup::thread);
		long millis = this.interval.toMillis();
		long firstDelay = ThreadLocalRandom.current().nextLong(millis);
		started.scheduleWithFixedDelay(this::clean, firstDelay, millis, TimeUnit.MILLISECONDS);
		this.scheduler = started;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "oauth2-state-cleanup");
		thread.setDaemon(true);
		return thread;
	}

	private void clean() {
		if (!this.store.isOpen()) {
			// That was said at startup
			return;
		}
		long begun = System.nanoTime();
		AtomicLong removed = new AtomicLong();
		Reason failure = null;
		Backlog backlog = NOTHING;
		try {
			removeAll(removed);
			backlog = this.listeners.isEmpty() ? NOTHING : this.store.backlog();
		}
		catch (RuntimeException ex) {
			if (!isRunning()) {
				return;
			}
			failure = (ex instanceof StateStoreException known) ? known.getReason() : Reason.REJECTED;
			logger.warn("Cannot remove expired records, trying again in " + this.interval + ": " + describe(ex));
		}
		if (removed.get() > 0 && logger.isDebugEnabled()) {
			logger.debug("Removed " + removed + " expired records");
		}
		publish(new CleanupEvent(removed.get(), Duration.ofNanos(System.nanoTime() - begun), failure, backlog.pending(),
				backlog.oldestExpired()));
	}

	private void removeAll(AtomicLong removed) {
		long deadline = System.nanoTime() + this.maxDuration.toNanos();
		int batch;
		do {
			long begun = System.nanoTime();
			batch = this.store.removeExpired(this.batchSize);
			removed.addAndGet(batch);
			if (batch == this.batchSize) {
				rest(System.nanoTime() - begun);
			}
		}
		while (batch == this.batchSize && System.nanoTime() - deadline < 0 && isRunning());
	}

	private void publish(CleanupEvent event) {
		for (CleanupListener listener : this.listeners) {
			try {
				listener.onCleanup(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

	/**
	 * Leaves the database to the logins for longer than the batch took: the busier it is,
	 * the longer.
	 */
	private static void rest(long batchNanos) {
		try {
			TimeUnit.NANOSECONDS.sleep(Math.min(REST_FACTOR * batchNanos, MAX_REST.toNanos()));
		}
		catch (InterruptedException ex) {
			// The app stops
			Thread.currentThread().interrupt();
		}
	}

	private static String describe(RuntimeException failure) {
		// The messages of drivers may contain data.
		String reason = (failure instanceof StateStoreException ex) ? ex.getReason() + ", " : "";
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		String state = (cause instanceof SQLException ex) ? ", SQLState " + ex.getSQLState() : "";
		return reason + cause.getClass().getName() + state;
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

}
