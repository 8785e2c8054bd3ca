package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * Checks at startup, rather than at the first login, that a table can keep records. It
 * puts, replaces and takes a test record, which needs the columns, their sizes, the
 * primary key and the rights of the database user.
 */
final class TableCheck implements InitializingBean {

	private static final Log logger = LogFactory.getLog(TableCheck.class);

	private static final Duration TTL = Duration.ofMinutes(1);

	private final JdbcStateStore store;

	private final ChosenDatabase database;

	private final TableName table;

	TableCheck(JdbcStateStore store, ChosenDatabase database, TableName table) {
		this.store = store;
		this.database = database;
		this.table = table;
	}

	/**
	 * Checks the table, if the database has been reached.
	 * @throws StartupFailureException if the table cannot keep records
	 */
	@Override
	public void afterPropertiesSet() {
		Database kind = this.database.kind();
		if (kind != null && this.database.isOpen()) {
			check(kind);
		}
	}

	private void check(Database kind) {
		try {
			writeAndTake(StateKey.of("table-check", UUID.randomUUID().toString()), kind);
		}
		catch (StateStoreException ex) {
			SQLException cause = (ex.getCause() instanceof SQLException sql) ? sql : new SQLException(ex.getMessage());
			if (ex.getReason() == Reason.REJECTED && !SqlFailures.isReadOnly(cause)) {
				throw unusable(this.table, kind, cause.getMessage() + " (SQLState " + cause.getSQLState() + ")", ex);
			}
			logger.warn("Cannot check the table '" + this.table + "' on " + kind + ": " + ex.getMessage()
					+ ", SQLState " + cause.getSQLState());
		}
	}

	private void writeAndTake(StateKey key, Database kind) {
		byte[] large = new byte[StateStore.MAX_VALUE_LENGTH];
		byte[] small = { 1 };
		Optional<byte[]> there = this.store.putIfAbsent(key, large, TTL);
		expect(there.isEmpty() || holds(there, large), kind, "a new record was there before");
		expect(holds(this.store.putIfAbsent(key, small, TTL), large), kind,
				"a second record was accepted under the same key, or the first one changed; is there a primary key?");
		expect(this.store.replace(key, large, small, TTL), kind, "a record could not be replaced");
		expect(holds(this.store.take(key), small), kind, "a record could not be taken");
	}

	private static boolean holds(Optional<byte[]> value, byte[] expected) {
		return value.isPresent() && Arrays.equals(value.get(), expected);
	}

	private void expect(boolean condition, Database kind, String otherwise) {
		if (!condition) {
			throw unusable(this.table, kind, otherwise, null);
		}
	}

	/**
	 * Explains why a table cannot keep records, and shows the statements that create it.
	 */
	static StartupFailureException unusable(TableName table, Database database, String reason,
			@Nullable Throwable cause) {
		String lookedFor = table.hasSchema() ? ""
				: ". It was looked for in the search path of the database's user, that is, in the schema or the database "
						+ "that its connections are in";
		String otherSchema = table.hasSchema() ? ""
				: "- or set oauth2-state.jdbc.table-name=<schema>." + table + ", if it is in another schema\n";
		return new StartupFailureException(
				"The table '" + table + "' on " + database + " cannot keep records: " + reason + lookedFor,
				"""
						One of these:

						- create the table by a migration, or by hand:

						%s
						- or set oauth2-state.jdbc.initialize-schema=always, if the app's database user may create tables
						%s- or set oauth2-state.jdbc.table-name to the table that there is
						- or grant the app's database user SELECT, INSERT, UPDATE and DELETE on it
						- or set oauth2-state.jdbc.validate-schema=false, if the table will be there by the first login"""
					.formatted(script(table, database), otherSchema),
				cause);
	}

	private static String script(TableName table, Database database) {
		try {
			return table.applyTo(new DefaultResourceLoader().getResource(database.schemaScript())
				.getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
