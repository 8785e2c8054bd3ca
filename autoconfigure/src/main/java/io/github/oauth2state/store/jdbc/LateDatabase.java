package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.github.oauth2state.config.StartupFailureException;

/**
 * Does what could not be done at startup because the database was away, as soon as it is
 * reached: finds out which one it is, creates the table if that is wanted, and checks it.
 * The app cannot be stopped any more then, so that what is wrong is logged.
 */
final class LateDatabase implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(LateDatabase.class);

	static final Duration INTERVAL = Duration.ofSeconds(1);

	private final ChosenDatabase database;

	private final StateSchemaInitializer schema;

	private final JdbcStateStoreProperties.Postgresql options;

	private final @Nullable TableCheck check;

	private boolean told;

	private volatile @Nullable ScheduledExecutorService scheduler;

	/**
	 * Creates what waits for a database.
	 * @param database the database
	 * @param schema creates the table
	 * @param options what only PostgreSQL has
	 * @param check checks the table, if that is wanted
	 */
	LateDatabase(ChosenDatabase database, StateSchemaInitializer schema, JdbcStateStoreProperties.Postgresql options,
			@Nullable TableCheck check) {
		this.database = database;
		this.schema = schema;
		this.options = options;
		this.check = check;
	}

	@Override
	public void start() {
		if (this.database.isOpen()) {
			return;
		}
		ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor((work) -> {
			Thread thread = new Thread(work, "oauth2-state-jdbc-late");
			thread.setDaemon(true);
			return thread;
		});
		this.scheduler = started;
		var unused = started.scheduleWithFixedDelay(() -> tryOnce(started), INTERVAL.toMillis(), INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void tryOnce(ScheduledExecutorService started) {
		Database kind;
		try {
			kind = this.database.find();
		}
		catch (DatabaseAwayException ex) {
			logger.debug("The database is still away", ex);
			return;
		}
		catch (StartupFailureException ex) {
			// Credentials may be refused for a while
			if (!this.told) {
				complain(ex);
			}
			this.told = true;
			return;
		}
		try {
			this.options.checkFor(kind);
			prepare();
			this.database.open();
			if (this.check != null) {
				this.check.afterPropertiesSet();
			}
			if (isRunning()) {
				logger.info("The database has been reached, it is " + kind + ": the store is in use from now on");
			}
		}
		catch (DatabaseAwayException ex) {
			logger.debug("The database is still away", ex);
			return;
		}
		catch (RuntimeException ex) {
			complain(ex);
		}
		started.shutdown();
	}

	private void complain(RuntimeException failure) {
		if (isRunning()) {
			logger.error(
					"The database has been reached, but is of no use as it is. Put it right and start the app again. "
							+ describe(failure));
			logger.debug("The database is of no use as it is", failure);
		}
	}

	/**
	 * The table may be there although it cannot be created.
	 */
	private void prepare() {
		try {
			this.schema.initializeDatabase();
		}
		catch (DatabaseAwayException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			logger.error("The table could not be created when the database was reached: " + describe(ex));
		}
	}

	private static String describe(RuntimeException failure) {
		return (failure instanceof StartupFailureException known)
				? known.getDescription() + "\n\n" + known.getAction() : failure.toString();
	}

	@Override
	public void stop() {
		ScheduledExecutorService running = this.scheduler;
		this.scheduler = null;
		if (running != null) {
			running.shutdownNow();
			try {
				// An attempt that goes on when the connections are closed would complain
				boolean unused = running.awaitTermination(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Override
	public boolean isRunning() {
		return this.scheduler != null;
	}

}
