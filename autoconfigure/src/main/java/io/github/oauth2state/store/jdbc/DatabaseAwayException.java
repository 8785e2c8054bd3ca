package io.github.oauth2state.store.jdbc;

import java.sql.SQLException;

/**
 * Thrown when the database cannot be reached.
 */
@SuppressWarnings("serial")
final class DatabaseAwayException extends RuntimeException {

	DatabaseAwayException(SQLException cause) {
		super("The database cannot be reached", cause);
	}

	/**
	 * Tells why, without the messages of drivers, which may contain data.
	 * @return a text
	 */
	String reason() {
		Throwable root = this;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		SQLException failure = (SQLException) getCause();
		return ((failure != null) ? "SQLState " + failure.getSQLState() + ", " : "") + root.getClass().getName();
	}

}
