package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.SqlFailures.DatabaseUnreachableException;
import io.github.oauth2state.support.PeriodicTask;

/**
 * Sets up a database that could not be reached at startup, as soon as it can: finds out
 * its kind, creates the table if that is configured, and checks it. Problems are logged,
 * as the app already runs.
 */
final class LateDatabaseSetup extends PeriodicTask {

	private static final Log logger = LogFactory.getLog(LateDatabaseSetup.class);

	static final Duration INTERVAL = Duration.ofSeconds(1);

	private final ChosenDatabase database;

	private final StateSchemaInitializer schema;

	private final JdbcStateStoreProperties.Postgresql options;

	private final @Nullable TableCheck check;

	private boolean told;

	/**
	 * Creates an instance.
	 * @param database the database
	 * @param schema creates the table
	 * @param options options that only PostgreSQL has
	 * @param check checks the table, or {@code null} if that is switched off
	 */
	LateDatabaseSetup(ChosenDatabase database, StateSchemaInitializer schema,
			JdbcStateStoreProperties.Postgresql options, @Nullable TableCheck check) {
		super("oauth2-state-jdbc-late", INTERVAL);
		this.database = database;
		this.schema = schema;
		this.options = options;
		this.check = check;
	}

	@Override
	public void start() {
		if (!this.database.isOpen()) {
			super.start();
		}
	}

	@Override
	protected void run() {
		Database kind;
		try {
			kind = this.database.find();
		}
		catch (DatabaseUnreachableException ex) {
			logger.debug("The database still cannot be reached", ex);
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
		catch (DatabaseUnreachableException ex) {
			logger.debug("The database still cannot be reached", ex);
			return;
		}
		catch (RuntimeException ex) {
			complain(ex);
		}
		finish();
	}

	private void complain(RuntimeException failure) {
		if (isRunning()) {
			logger.error("The database can be reached, but not used as it is. Correct it and start the app again. "
					+ describe(failure));
			logger.debug("The database cannot be used as it is", failure);
		}
	}

	/**
	 * Creates the table, or logs why it cannot: the table may exist already.
	 */
	private void prepare() {
		try {
			this.schema.initializeDatabase();
		}
		catch (DatabaseUnreachableException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			logger.error("The table could not be created: " + describe(ex));
		}
	}

	private static String describe(RuntimeException failure) {
		return (failure instanceof StartupFailureException known) ? known.getDescription() + "\n\n" + known.getAction()
				: failure.toString();
	}

	/**
	 * Waits for the current attempt, which would complain about closed connections.
	 */
	@Override
	public void stop() {
		stop(INTERVAL);
	}

}
