package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.Optional;

import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;

/**
 * A {@link StateStore} in a table: a row per record, and one statement per call.
 */
final class JdbcStateStore implements StateStore, DisposableBean {

	private static final int PUT_ATTEMPTS = 10;

	private final StateStatements statements;

	private final StateSql sql;

	private final String description;

	JdbcStateStore(StateStatements statements, Database database, TableName table) {
		this.statements = statements;
		this.sql = database.sql(table);
		this.description = "jdbc, table " + table + " on " + database;
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		for (int attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
			if (this.statements.insert("putIfAbsent", this.sql.put(), key.toByteArray(), value, millis(ttl))) {
				return Optional.empty();
			}
			Optional<byte[]> there = find(key);
			if (there.isPresent()) {
				return there;
			}
		}
		throw new StateStoreException(Reason.REJECTED, "JDBC putIfAbsent met ever changing records", null);
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return this.statements.query("find", this.sql.find(), key.toByteArray());
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		return this.statements.query("take", this.sql.take(), key.toByteArray());
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		return this.statements.update("replace", this.sql.replace(), value, millis(ttl), key.toByteArray(),
				expected) == 1;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return this.statements.update("remove", this.sql.remove(), key.toByteArray(), expected) == 1;
	}

	/**
	 * Removes expired records.
	 * @param limit how many at most
	 * @return how many it were
	 */
	int removeExpired(int limit) {
		return this.statements.update("cleanup", this.sql.clean(), limit);
	}

	private static long millis(Duration ttl) {
		return Math.max(1, ttl.toMillis());
	}

	@Override
	public void destroy() {
		this.statements.close();
	}

	@Override
	public String toString() {
		return this.description;
	}

}
