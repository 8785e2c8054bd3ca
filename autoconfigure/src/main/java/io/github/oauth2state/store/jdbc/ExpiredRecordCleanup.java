package io.github.oauth2state.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.jdbc.JdbcStateStore.Backlog;
import io.github.oauth2state.support.PeriodicTask;

/**
 * Removes expired records at intervals. All instances may do so at once: they skip
 * records that another instance has locked.
 */
class ExpiredRecordCleanup extends PeriodicTask {

	private static final Log logger = LogFactory.getLog(ExpiredRecordCleanup.class);

	private static final Backlog NOTHING = new Backlog(0, Duration.ZERO);

	private final JdbcStateStore store;

	private final Duration interval;

	private final int batchSize;

	private final Duration maxDuration;

	private final List<CleanupListener> listeners;

	ExpiredRecordCleanup(JdbcStateStore store, Duration interval, int batchSize, Duration maxDuration,
			List<CleanupListener> listeners) {
		super("oauth2-state-cleanup", interval);
		this.store = store;
		this.interval = interval;
		this.batchSize = batchSize;
		this.maxDuration = maxDuration;
		this.listeners = List.copyOf(listeners);
	}

	@Override
	protected Duration firstDelay() {
		return randomDelay();
	}

	@Override
	protected void run() {
		if (!this.store.isOpen()) {
			// A warning at startup said so
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
				pauseAfter(System.nanoTime() - begun);
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

	private static String describe(RuntimeException failure) {
		// The messages of drivers may contain data.
		String reason = (failure instanceof StateStoreException ex) ? ex.getReason() + ", " : "";
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		String state = (cause instanceof SQLException ex) ? ", SQLState " + ex.getSQLState() : "";
		return reason + cause.getClass().getName() + state;
	}

}
