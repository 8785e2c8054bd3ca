package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * A {@link StateStore} in a table with one row per record. A call runs one statement
 * where the database has a statement for it. Otherwise one of its statements decides.
 */
final class JdbcStateStore implements StateStore, DisposableBean {

	private static final int ATTEMPTS = 10;

	private final StateStatements statements;

	private final ChosenDatabase database;

	private final TableName table;

	private final boolean asynchronousCommit;

	private volatile @Nullable StateSql sql;

	JdbcStateStore(StateStatements statements, ChosenDatabase database, TableName table, boolean asynchronousCommit) {
		this.statements = statements;
		this.database = database;
		this.table = table;
		this.asynchronousCommit = asynchronousCommit;
	}

	private StateSql sql(String operation) {
		StateSql known = this.sql;
		if (known == null) {
			known = this.database.kindFor(operation).sql(this.table, this.asynchronousCommit);
			this.sql = known;
		}
		return known;
	}

	/**
	 * Returns an index of sessions in the same table, on the same connections.
	 * @return the index, which works until this store is destroyed
	 */
	SessionIndex sessionIndex() {
		return new JdbcSessionIndex(this.statements, this.database, this.table);
	}

	/**
	 * Returns whether the database can be used.
	 */
	boolean isOpen() {
		return this.database.isOpen();
	}

	@Override
	public String name() {
		return "jdbc";
	}

	@Override
	public Optional<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
		StateStore.checkLength("putIfAbsent", value);
		StateSql sql = sql("putIfAbsent");
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			if (this.statements.insert("putIfAbsent", sql.put(), key.toByteArray(), value, millis(ttl))) {
				return Optional.empty();
			}
			Optional<byte[]> there = find(key);
			if (there.isPresent()) {
				return there;
			}
			if (putOverExpired(key, value, ttl)) {
				return Optional.empty();
			}
		}
		throw keptChanging("putIfAbsent");
	}

	private boolean putOverExpired(StateKey key, byte[] value, Duration ttl) {
		String putOverExpired = sql("putIfAbsent").putOverExpired();
		return putOverExpired != null
				&& this.statements.update("putIfAbsent", putOverExpired, value, millis(ttl), key.toByteArray()) == 1;
	}

	@Override
	public Optional<byte[]> find(StateKey key) {
		return this.statements.query("find", sql("find").find(), key.toByteArray());
	}

	@Override
	public Optional<byte[]> take(StateKey key) {
		String take = sql("take").take();
		return (take != null) ? this.statements.query("take", take, key.toByteArray()) : findAndRemove(key);
	}

	private Optional<byte[]> findAndRemove(StateKey key) {
		for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
			Optional<byte[]> there = find(key);
			if (there.isEmpty() || remove(key, there.get())) {
				return there;
			}
		}
		throw keptChanging("take");
	}

	private static StateStoreException keptChanging(String operation) {
		return new StateStoreException(Reason.REJECTED, "JDBC " + operation + " failed: the record kept changing",
				null);
	}

	@Override
	public boolean replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
		StateStore.checkLength("replace", value);
		return this.statements.update("replace", sql("replace").replace(), value, millis(ttl), key.toByteArray(),
				expected) == 1;
	}

	@Override
	public boolean remove(StateKey key, byte[] expected) {
		return this.statements.update("remove", sql("remove").remove(), key.toByteArray(), expected) == 1;
	}

	/**
	 * Removes expired records.
	 * @param limit the maximum number of records to remove
	 * @return the number of records removed
	 */
	int removeExpired(int limit) {
		return this.statements.updateUnprepared("cleanup", sql("cleanup").clean(limit));
	}

	/**
	 * Counts the records in the table, which takes a scan of an index.
	 * @return the counts
	 */
	Backlog backlog() {
		return this.statements.row("backlog", sql("backlog").backlog(),
				(row) -> new Backlog(row.getLong(1), Duration.ofMillis(Math.max(0, row.getLong(2)))));
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
		return "jdbc, table " + this.table + " on " + this.database;
	}

	/**
	 * The records in the table.
	 *
	 * @param pending the number of records that have not expired
	 * @param oldestExpired how long ago the oldest record expired, zero if none has
	 */
	record Backlog(long pending, Duration oldestExpired) {
	}

}
