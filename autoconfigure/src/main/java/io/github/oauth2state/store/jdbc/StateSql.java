package io.github.oauth2state.store.jdbc;

/**
 * The statements of the store on one kind of database. Whether a record has expired is
 * decided by the clock of the database only.
 *
 * @param put stores a record unless there is one that lives: key, value, milliseconds
 * @param find reads the value of a record: key
 * @param take deletes a record and returns its value: key
 * @param replace writes another value: value, milliseconds, key, expected value
 * @param remove deletes a record: key, expected value
 * @param clean deletes expired records: how many at most
 */
record StateSql(String put, String find, String take, String replace, String remove, String clean) {

	static StateSql postgresql(TableName table) {
		return new StateSql("""
				INSERT INTO %1$s AS there (record_key, record_value, expires_at)
				VALUES (?, ?, now() + ? * interval '1 millisecond')
				ON CONFLICT (record_key) DO UPDATE
				SET record_value = excluded.record_value, expires_at = excluded.expires_at
				WHERE there.expires_at <= now()""", """
				SELECT record_value FROM %1$s
				WHERE record_key = ? AND expires_at > now()""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND expires_at > now()
				RETURNING record_value""", """
				UPDATE %1$s SET record_value = ?, expires_at = now() + ? * interval '1 millisecond'
				WHERE record_key = ? AND record_value = ? AND expires_at > now()""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND record_value = ? AND expires_at > now()""", """
				WITH expired AS MATERIALIZED (
					SELECT record_key FROM %1$s WHERE expires_at <= now()
					LIMIT ? FOR UPDATE SKIP LOCKED
				)
				DELETE FROM %1$s WHERE record_key IN (SELECT record_key FROM expired)""").on(table);
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
				VALUES (fresh.record_key, fresh.record_value, fresh.expires_at)""", """
				SELECT record_value FROM %1$s
				WHERE record_key = ? AND expires_at > CURRENT_TIMESTAMP""", """
				SELECT record_value FROM OLD TABLE (
					DELETE FROM %1$s WHERE record_key = ? AND expires_at > CURRENT_TIMESTAMP
				)""", """
				UPDATE %1$s SET record_value = ?, expires_at = DATEADD(MILLISECOND, ?, CURRENT_TIMESTAMP)
				WHERE record_key = ? AND record_value = ? AND expires_at > CURRENT_TIMESTAMP""", """
				DELETE FROM %1$s
				WHERE record_key = ? AND record_value = ? AND expires_at > CURRENT_TIMESTAMP""", """
				DELETE FROM %1$s WHERE expires_at <= CURRENT_TIMESTAMP FETCH FIRST ? ROWS ONLY""").on(table);
	}

	private StateSql on(TableName table) {
		return new StateSql(this.put.formatted(table), this.find.formatted(table), this.take.formatted(table),
				this.replace.formatted(table), this.remove.formatted(table), this.clean.formatted(table));
	}

}
