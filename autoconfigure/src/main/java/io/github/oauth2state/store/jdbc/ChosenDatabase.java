package io.github.oauth2state.store.jdbc;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.SqlFailures.DatabaseUnreachableException;

/**
 * The database that keeps the records. If it cannot be reached when the app starts, its
 * kind becomes known later. Thread-safe.
 */
final class ChosenDatabase {

	private final DataSource dataSource;

	private volatile @Nullable Database kind;

	private volatile boolean open;

	ChosenDatabase(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	/**
	 * Creates a database that can be used at once.
	 * @param dataSource the data source that connects to it
	 * @param kind the kind of database
	 * @return the database
	 */
	static ChosenDatabase of(DataSource dataSource, Database kind) {
		ChosenDatabase database = new ChosenDatabase(dataSource);
		database.kind = kind;
		database.open = true;
		return database;
	}

	/**
	 * Finds out which kind of database it is.
	 * @return the kind
	 * @throws StartupFailureException if it is unsupported or unknown
	 * @throws DatabaseUnreachableException if it cannot be reached
	 */
	Database find() {
		Database found = Database.of(this.dataSource);
		this.kind = found;
		return found;
	}

	/**
	 * Returns the data source that was chosen among those of the app.
	 * @return the data source
	 */
	DataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * Returns which kind of database it is.
	 * @return the kind, or {@code null} until the database is reached
	 */
	@Nullable Database kind() {
		return this.kind;
	}

	/**
	 * Returns which kind of database it is, if the store may use it. A database that
	 * could not be reached when the app started counts as unreachable until its table is
	 * ready, so that no login waits for it.
	 * @param operation the name of the operation, for the exception
	 * @return the kind
	 * @throws StateStoreException if the store may not use the database yet
	 */
	Database kindFor(String operation) {
		Database known = this.kind;
		if (known == null || !this.open) {
			throw new StateStoreException(Reason.CONNECTION,
					"No connection to the database for " + operation + ": it could not be reached when the app started",
					null);
		}
		return known;
	}

	/**
	 * Allows the store to use the database, once its table is ready.
	 */
	void open() {
		this.open = true;
	}

	/**
	 * Prevents the store from using the database.
	 */
	void close() {
		this.open = false;
	}

	/**
	 * Returns whether the store may use the database.
	 * @return whether it may
	 */
	boolean isOpen() {
		return this.open;
	}

	@Override
	public String toString() {
		Database known = this.kind;
		return (known != null) ? known.toString() : "a database that has not been reached yet";
	}

}
