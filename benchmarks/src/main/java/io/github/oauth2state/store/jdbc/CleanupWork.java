package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import org.springframework.context.ApplicationContext;

import io.github.oauth2state.support.PeriodicTask;

/**
 * Removes all expired records once, in batches and with pauses as the cleanup of an app
 * does. It does not end after the time that an app allows for one cleanup. It is in this
 * package as the store is hidden from others.
 */
public final class CleanupWork extends PeriodicTask {

	private final JdbcStateStore store;

	private final int batchSize;

	private long removed;

	private long took;

	private long statements;

	/**
	 * Creates a cleanup.
	 * @param app an app with a JDBC store
	 */
	public CleanupWork(ApplicationContext app) {
		super("benchmark-cleanup", Duration.ofMinutes(1));
		this.store = app.getBean(JdbcStateStore.class);
		this.batchSize = app.getBean(JdbcStateStoreProperties.class).cleanup().checkedBatchSize();
	}

	/**
	 * Removes all expired records, on the thread of the caller.
	 */
	@Override
	public void run() {
		long begun = System.nanoTime();
		int batch;
		do {
			long sent = System.nanoTime();
			batch = this.store.removeExpired(this.batchSize);
			long statement = System.nanoTime() - sent;
			this.removed += batch;
			this.statements += statement;
			if (batch == this.batchSize) {
				pauseAfter(statement);
			}
		}
		while (batch == this.batchSize);
		this.took = System.nanoTime() - begun;
	}

	/**
	 * Returns how many records it has removed.
	 * @return the number of records
	 */
	public long removed() {
		return this.removed;
	}

	/**
	 * Returns how long it took, with the pauses between its statements.
	 * @return the time in nanoseconds
	 */
	public long took() {
		return this.took;
	}

	/**
	 * Returns how long its statements took, without the pauses between them.
	 * @return the time in nanoseconds
	 */
	public long statements() {
		return this.statements;
	}

}
