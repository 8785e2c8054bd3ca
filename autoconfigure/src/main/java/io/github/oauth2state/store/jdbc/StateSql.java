package io.github.oauth2state.store.jdbc;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStore;

/**
 * The SQL statements of the store for one kind of database. Only the clock of the
 * database decides whether a record has expired.
 *
 * @param put stores a record unless there is one: key, value, milliseconds
 * @param putOverExpired stores a record where one has expired: value, milliseconds, key;
 * {@code null} where {@code put} does so
 * @param find reads the value of a record: key
 * @param take deletes a record and returns its value: key; {@code null} where there is no
 * such statement
 * @param replace writes another value: value, milliseconds, key, expected value
 * @param remove deletes a record: key, expected value
 * @param clean deletes expired records; see {@link #clean(int)}
 * @param backlog counts records that have not expired, and returns how many milliseconds
 * ago the oldest expired, negative if it has not
 */
record StateSql(String put, @Nullable String putOverExpired, String find, @Nullable String take, String replace,
		String remove, String clean, String backlog) {

	/**
	 * The part of a value that is read and compared: one byte more than allowed, so that
	 * callers notice a value that is too long.
	 */
	private static final String VALUE = "SUBSTRING(record_value FROM 1 FOR " + (StateStore.MAX_VALUE_LENGTH + 1) + ")";

	/**
	 * A condition that lets PostgreSQL acknowledge a transaction before it is on disk. It
	 * ends with the statement: a SET would stay with the session, which a pooler between
	 * app and database may lend to others.
	 */
	private static final String RELAXED = "set_config('synchronous_commit', 'off', true) IS NOT NULL";

	static StateSql postgresql(TableName table, boolean asynchronousCommit) {
		String commit = asynchronousCommit ? RELAXED : "true";
		return new StateSql("""
				INSERT INTO %1$s AS there (record_key, record_value, expires_at)
				SELECT ?, ?, now() + ? * interval '1 millisecond' WHERE %3$s
				ON CONFLICT (record_key) DO UPDATE
				SET record_value = excluded.record_value, expires_at = excluded.expires_at
				WHERE there.expires_at <= now()""", null, """
				SELECT %2$s FROM %1$s
				WHERE record_key = ? AND expires_at > now()""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND expires_at > now() AND %3$s
				RETURNING %2$s""", """
				UPDATE %1$s SET record_value = ?, expires_at = now() + ? * interval '1 millisecond'
				WHERE record_key = ? AND %2$s = ? AND expires_at > now() AND %3$s""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND %2$s = ? AND expires_at > now() AND %3$s""", """
				DELETE FROM %1$s WHERE ctid = ANY (ARRAY (
					SELECT ctid FROM %1$s WHERE expires_at <= now()
					LIMIT %%d FOR UPDATE SKIP LOCKED
				))""", """
				SELECT count(*) FILTER (WHERE expires_at > now()),
					CAST(extract(epoch FROM now() - min(expires_at)) * 1000 AS bigint)
				FROM %1$s""").on(table, commit);
	}

	static StateSql h2(TableName table) {
		return new StateSql("""
				MERGE INTO %1$s AS there
				USING (VALUES (
					CAST(? AS BINARY(32)), CAST(? AS VARBINARY), DATEADD(MILLISECOND, ?, CURRENT_TIMESTAMP)
				)) AS fresh (record_key, record_value, expires_at)
				ON there.record_key = fresh.record_key
				WHEN MATCHED AND there.expires_at <= CURRENT_TIMESTAMP
				THEN UPDATE SET record_value = fresh.record_value, expires_at = fresh.expires_at
				WHEN NOT MATCHED
				THEN INSERT (record_key, record_value, expires_at)
				VALUES (fresh.record_key, fresh.record_value, fresh.expires_at)""", null, """
				SELECT %2$s FROM %1$s
				WHERE record_key = ? AND expires_at > CURRENT_TIMESTAMP""", """
				SELECT %2$s FROM OLD TABLE (
					DELETE FROM %1$s WHERE record_key = ? AND expires_at > CURRENT_TIMESTAMP
				)""", """
				UPDATE %1$s SET record_value = ?, expires_at = DATEADD(MILLISECOND, ?, CURRENT_TIMESTAMP)
				WHERE record_key = ? AND %2$s = ? AND expires_at > CURRENT_TIMESTAMP""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND %2$s = ? AND expires_at > CURRENT_TIMESTAMP""", """
				DELETE FROM %1$s WHERE expires_at <= CURRENT_TIMESTAMP FETCH FIRST %%d ROWS ONLY""", """
				SELECT count(*) FILTER (WHERE expires_at > CURRENT_TIMESTAMP),
					DATEDIFF(MILLISECOND, min(expires_at), CURRENT_TIMESTAMP)
				FROM %1$s""").on(table);
	}

	static StateSql mariadb(TableName table) {
		StateSql mysql = mysql(table);
		String take = """
				DELETE FROM %1$s
				WHERE record_key = ? AND expires_at > UTC_TIMESTAMP(3)
				RETURNING %2$s""".formatted(table, VALUE);
		return new StateSql(mysql.put(), mysql.putOverExpired(), mysql.find(), take, mysql.replace(), mysql.remove(),
				mysql.clean(), mysql.backlog());
	}

	/**
	 * Uses a plain INSERT. MySQL has one that updates an existing row, but its count
	 * shows whether it did only on connections that count changed rows rather than found
	 * ones.
	 */
	static StateSql mysql(TableName table) {
		return new StateSql("""
				INSERT INTO %1$s (record_key, record_value, expires_at)
				VALUES (?, ?, UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND)""", """
				UPDATE %1$s SET record_value = ?, expires_at = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND
				WHERE record_key = ? AND expires_at <= UTC_TIMESTAMP(3)""", """
				SELECT %2$s FROM %1$s
				WHERE record_key = ? AND expires_at > UTC_TIMESTAMP(3)""", null, """
				UPDATE %1$s SET record_value = ?, expires_at = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND
				WHERE record_key = ? AND %2$s = ? AND expires_at > UTC_TIMESTAMP(3)""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND %2$s = ? AND expires_at > UTC_TIMESTAMP(3)""", """
				DELETE there FROM %1$s AS there JOIN (
					SELECT record_key FROM %1$s WHERE expires_at <= UTC_TIMESTAMP(3)
					LIMIT %%d FOR UPDATE SKIP LOCKED
				) AS expired USING (record_key)""", """
				SELECT count(CASE WHEN expires_at > UTC_TIMESTAMP(3) THEN 1 END),
					TIMESTAMPDIFF(MICROSECOND, min(expires_at), UTC_TIMESTAMP(3)) DIV 1000
				FROM %1$s""").on(table);
	}

	/**
	 * Returns the statement that deletes expired records. It has no parameter and is not
	 * prepared: a plan from the time when the table was empty would scan the whole table
	 * for every batch.
	 * @param limit the maximum number of records to delete
	 * @return a statement
	 */
	String clean(int limit) {
		return this.clean.formatted(limit);
	}

	private StateSql on(TableName table) {
		return on(table, "");
	}

	private StateSql on(TableName table, String commit) {
		UnaryOperator<String> completed = (sql) -> sql.formatted(table, VALUE, commit);
		return new StateSql(completed.apply(this.put), optional(this.putOverExpired, completed),
				completed.apply(this.find), optional(this.take, completed), completed.apply(this.replace),
				completed.apply(this.remove), completed.apply(this.clean), completed.apply(this.backlog));
	}

	private static @Nullable String optional(@Nullable String sql, UnaryOperator<String> completed) {
		return (sql != null) ? completed.apply(sql) : null;
	}

	/**
	 * The name of the table, checked, as SQL statements cannot have names as parameters.
	 *
	 * @param text the name, with its schema if it was given with one
	 */
	record TableName(String text) {

		static final TableName DEFAULT = new TableName("oauth2_state");

		private static final Pattern VALID = Pattern
			.compile("([A-Za-z_][A-Za-z0-9_]{0,62}\\.)?[A-Za-z_][A-Za-z0-9_]{0,62}");

		private static final String INDEX_SUFFIX = "_expires_at";

		private static final int MAX_INDEX_NAME = 63;

		private static final Pattern IN_SCRIPTS = Pattern
			.compile("\\b" + DEFAULT.text() + "(?<index>" + INDEX_SUFFIX + ")?\\b");

		static boolean isValid(String text) {
			return VALID.matcher(text).matches();
		}

		static TableName of(String text) {
			return new TableName(text);
		}

		boolean hasSchema() {
			return this.text.indexOf('.') >= 0;
		}

		/**
		 * Replaces the default name by this one.
		 * @param script a script that names the default table and its index
		 * @return the script for this table
		 */
		String applyTo(String script) {
			return IN_SCRIPTS.matcher(script)
				.replaceAll((found) -> Matcher.quoteReplacement((found.group(1) != null) ? indexName() : this.text));
		}

		private String indexName() {
			// The name of an index has no schema, as the index is in that of its table.
			// Databases cut a name that is too long, so it could become that of the
			// table.
			String table = this.text.substring(this.text.indexOf('.') + 1);
			int length = Math.min(table.length(), MAX_INDEX_NAME - INDEX_SUFFIX.length());
			return table.substring(0, length) + INDEX_SUFFIX;
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

}
