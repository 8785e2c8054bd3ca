package io.github.oauth2state.store.jdbc;

import java.util.Objects;

import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * The statements that the store runs on PostgreSQL, for others that run the same. It is
 * in this package as they are hidden.
 */
public final class PostgresqlStatements {

	private static final StateSql SQL = StateSql.postgresql(TableName.DEFAULT, false);

	private PostgresqlStatements() {
	}

	/**
	 * Returns the statement that stores a record.
	 * @return a statement with these parameters: key, value, milliseconds
	 */
	public static String put() {
		return SQL.put();
	}

	/**
	 * Returns the statement that removes a record and returns its value.
	 * @return a statement with this parameter: key
	 */
	public static String take() {
		return Objects.requireNonNull(SQL.take());
	}

}
