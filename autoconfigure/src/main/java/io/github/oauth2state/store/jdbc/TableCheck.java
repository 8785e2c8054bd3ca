package io.github.oauth2state.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * Finds out at startup, rather than at the first login, whether a table can keep records,
 * by a record that goes through its life: that needs the columns, their sizes, the
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
	 * @throws UnusableTableException if the table cannot keep records
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
			live(StateKey.of("table-check", UUID.randomUUID().toString()), kind);
		}
		catch (StateStoreException ex) {
			SQLException cause = (ex.getCause() instanceof SQLException sql) ? sql : new SQLException(ex.getMessage());
			if (ex.getReason() == Reason.REJECTED && !SqlFailures.isReadOnly(cause)) {
				throw unusable(kind, cause.getMessage() + " (SQLState " + cause.getSQLState() + ")", ex);
			}
			logger.warn("Cannot check the table '" + this.table + "' on " + kind + ": " + ex.getMessage()
					+ ", SQLState " + cause.getSQLState());
		}
	}

	private void live(StateKey key, Database kind) {
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
			throw unusable(kind, otherwise, null);
		}
	}

	private UnusableTableException unusable(Database kind, String reason, @Nullable Throwable cause) {
		return new UnusableTableException(this.table, kind, reason, cause);
	}

}
