package io.github.oauth2state.store.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at startup when the table is missing, or cannot keep records.
 */
@SuppressWarnings("serial")
final class UnusableTableException extends RuntimeException {

	private final TableName table;

	private final Database database;

	UnusableTableException(TableName table, Database database, String reason, @Nullable Throwable cause) {
		super("The table '" + table + "' on " + database + " cannot keep records: " + reason, cause);
		this.table = table;
		this.database = database;
	}

	TableName getTable() {
		return this.table;
	}

	Database getDatabase() {
		return this.database;
	}

}
