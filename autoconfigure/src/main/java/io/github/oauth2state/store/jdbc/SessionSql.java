package io.github.oauth2state.store.jdbc;

import java.util.Collections;

import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * The SQL statements of the index of sessions for one kind of database, in the table of
 * the store. A row is kept under the name that it belongs to, its kind and its id, so
 * that the rows of a name are a range of the primary key.
 *
 * @param add stores rows, also over others; see {@link #add(int)}
 * @param row a row in {@code add}
 * @param find reads keys and values of a range whose values are less than a limit: first
 * key, last key, limit
 * @param reaches returns a row for each value of a range that is not less than a limit;
 * see {@link #reaches(int)}
 * @param remove deletes rows by their keys; see {@link #remove(int)}
 */
record SessionSql(String add, String row, String find, String reaches, String remove) {

	/**
	 * The part of a value that is read: more than any session has.
	 */
	private static final int READ_LENGTH = SessionIndex.MAX_VALUE_LENGTH + 64;

	static SessionSql postgresql(TableName table) {
		return of(table, "now()", """
				INSERT INTO %s (record_key, record_value, expires_at) VALUES %%s
				ON CONFLICT (record_key) DO UPDATE
				SET record_value = excluded.record_value, expires_at = excluded.expires_at""",
				"(?, ?, now() + ? * interval '1 millisecond')");
	}

	static SessionSql mysql(TableName table) {
		return of(table, "UTC_TIMESTAMP(3)", """
				INSERT INTO %s (record_key, record_value, expires_at) VALUES %%s
				ON DUPLICATE KEY UPDATE record_value = VALUES(record_value), expires_at = VALUES(expires_at)""",
				"(?, ?, UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND)");
	}

	static SessionSql h2(TableName table) {
		return of(table, "CURRENT_TIMESTAMP", """
				MERGE INTO %s (record_key, record_value, expires_at) KEY (record_key) VALUES %%s""",
				"(?, ?, DATEADD(MILLISECOND, ?, CURRENT_TIMESTAMP))");
	}

	private static SessionSql of(TableName table, String now, String add, String row) {
		return new SessionSql(add.formatted(table), row, """
				SELECT record_key, SUBSTRING(record_value FROM 1 FOR %d) FROM %s
				WHERE record_key BETWEEN ? AND ? AND record_value < ? AND expires_at > %s"""
			.formatted(READ_LENGTH, table, now), """
					SELECT 1 FROM %s
					WHERE record_key BETWEEN ? AND ? AND record_value >= ? AND expires_at > %s""".formatted(table, now),
				"DELETE FROM %s WHERE record_key IN (%%s)".formatted(table));
	}

	/**
	 * Returns the statement that stores rows, also over others.
	 * @param rows the number of rows, each with a key, a value and milliseconds
	 * @return a statement
	 */
	String add(int rows) {
		return this.add.formatted(repeat(this.row, rows, ", "));
	}

	/**
	 * Returns the statement that tells whether one of several ranges has a value from a
	 * limit on.
	 * @param ranges the number of ranges, each with a first key, a last key and a limit
	 * @return a statement
	 */
	String reaches(int ranges) {
		// Not OR, for which H2 would scan the table
		return repeat(this.reaches, ranges, "\nUNION ALL\n");
	}

	/**
	 * Returns the statement that deletes rows.
	 * @param keys the number of keys
	 * @return a statement
	 */
	String remove(int keys) {
		return this.remove.formatted(repeat("?", keys, ", "));
	}

	private static String repeat(String text, int times, String between) {
		return String.join(between, Collections.nCopies(times, text));
	}

}
