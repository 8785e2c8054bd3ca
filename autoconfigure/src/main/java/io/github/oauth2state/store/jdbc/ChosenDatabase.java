package io.github.oauth2state.store.jdbc;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.config.StartupFailureException;

/**
 * The database that the store is kept in, which may be away when the app starts. What it
 * is then becomes known later. Thread-safe.
 */
final class ChosenDatabase {

	private final DataSource dataSource;

	private volatile @Nullable Database kind;

	private volatile boolean ready;

	ChosenDatabase(DataSource dataSource) {
		this.dataSource = dataSource;
	}

	/**
	 * Returns a database of which all is known.
	 * @param dataSource leads to it
	 * @param kind what it is
	 * @return the database
	 */
	static ChosenDatabase ready(DataSource dataSource, Database kind) {
		ChosenDatabase database = new ChosenDatabase(dataSource);
		database.kind = kind;
		database.ready = true;
		return database;
	}

	/**
	 * Finds out which kind of database it is.
	 * @return the kind
	 * @throws StartupFailureException if it is another one, or does not tell
	 * @throws DatabaseAwayException if it cannot be reached
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
	 * @return the kind, or {@code null} while it was never reached
	 */
	@Nullable Database kind() {
		return this.kind;
	}

	/**
	 * Lets the store use the database, as its table is what it is going to be.
	 */
	void open() {
		this.ready = true;
	}

	/**
	 * Keeps the store from using it.
	 */
	void close() {
		this.ready = false;
	}

	/**
	 * Tells whether the store may use it.
	 * @return whether it may
	 */
	boolean isOpen() {
		return this.ready;
	}

	@Override
	public String toString() {
		Database known = this.kind;
		return (known != null) ? known.toString() : "a database that has not been reached yet";
	}

}
