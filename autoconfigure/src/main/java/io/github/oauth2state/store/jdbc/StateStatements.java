package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import io.github.oauth2state.store.jdbc.StateConnections.BorrowedConnection;

/**
 * Runs SQL statements, each in a transaction of its own that the database commits with
 * it.
 * <p>
 * Spring's {@code JdbcTemplate} would join the transaction of the caller where the
 * {@code DataSource} is the same. A record that was taken there would reappear if that
 * transaction rolled back.
 */
final class StateStatements implements AutoCloseable {

	/**
	 * Where transactions are serializable by default, many are rolled back when they run
	 * at once.
	 */
	private static final int MAX_ATTEMPTS = 12;

	private static final long MAX_PAUSE_MILLIS = 100;

	private final StateConnections connections;

	private final Duration timeout;

	private final int timeoutSeconds;

	StateStatements(StateConnections connections, Duration timeout) {
		this.connections = connections;
		this.timeout = timeout;
		this.timeoutSeconds = seconds(timeout);
	}

	/**
	 * Rounds a timeout up to whole seconds, as JDBC has no smaller unit.
	 * @param timeout how long a statement may take
	 * @return whole seconds, at least one
	 */
	static int seconds(Duration timeout) {
		return Math.toIntExact(timeout.plusMillis(999).toSeconds());
	}

	/**
	 * Queries one value.
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement
	 * @param parameters its parameters
	 * @return the first column of the first row, if there is one
	 */
	Optional<byte[]> query(String operation, String sql, Object... parameters) {
		return run(operation, sql, (statement) -> {
			try (ResultSet rows = statement.executeQuery()) {
				return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
			}
		}, parameters);
	}

	/**
	 * Queries any number of rows.
	 * @param <T> the type of a row's result
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement
	 * @param mapper converts a row
	 * @param parameters its parameters
	 * @return the results
	 */
	<T> List<T> rows(String operation, String sql, RowMapper<T> mapper, Object... parameters) {
		return run(operation, sql, (statement) -> {
			try (ResultSet rows = statement.executeQuery()) {
				List<T> results = new ArrayList<>();
				while (rows.next()) {
					results.add(mapper.of(rows));
				}
				return results;
			}
		}, parameters);
	}

	/**
	 * Queries the one row of a query that has no parameters.
	 * @param <T> the type of the result
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement
	 * @param mapper converts the row
	 * @return the result
	 */
	<T> T row(String operation, String sql, RowMapper<T> mapper) {
		return run(operation, sql, (statement) -> {
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				return mapper.of(rows);
			}
		});
	}

	/**
	 * Changes rows.
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement
	 * @param parameters its parameters
	 * @return the number of rows changed
	 */
	int update(String operation, String sql, Object... parameters) {
		return run(operation, sql, PreparedStatement::executeUpdate, parameters);
	}

	/**
	 * Changes rows with a statement that the database plans anew each time.
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement, which has no parameters
	 * @return the number of rows changed
	 */
	int updateUnprepared(String operation, String sql) {
		return run(operation, (connection) -> {
			try (Statement statement = connection.createStatement()) {
				statement.setQueryTimeout(this.timeoutSeconds);
				return statement.executeUpdate(sql);
			}
		});
	}

	/**
	 * Adds a row unless there is one with its key.
	 * @param operation the name of the operation, for exceptions
	 * @param sql the statement
	 * @param parameters its parameters
	 * @return whether it was added
	 */
	boolean insert(String operation, String sql, Object... parameters) {
		return run(operation, sql, (statement) -> {
			try {
				return statement.executeUpdate() > 0;
			}
			catch (SQLException ex) {
				if (SqlFailures.isDuplicateKey(ex)) {
					return false;
				}
				throw ex;
			}
		}, parameters);
	}

	private <T> T run(String operation, String sql, Execution<T> execution, Object... parameters) {
		return run(operation, (connection) -> {
			try (PreparedStatement statement = connection.prepareStatement(sql)) {
				statement.setQueryTimeout(this.timeoutSeconds);
				for (int i = 0; i < parameters.length; i++) {
					statement.setObject(i + 1, parameters[i]);
				}
				return execution.of(statement);
			}
		});
	}

	private <T> T run(String operation, Work<T> work) {
		// A statement that was rolled back in favor of others can be repeated
		long begun = System.nanoTime();
		for (int attempt = 1; true; attempt++) {
			try (BorrowedConnection borrowed = this.connections.borrow(operation)) {
				return work.on(borrowed.connection());
			}
			catch (SQLException ex) {
				boolean late = System.nanoTime() - begun > this.timeout.toNanos();
				if (attempt == MAX_ATTEMPTS || late || !SqlFailures.isRolledBack(ex)) {
					throw SqlFailures.afterSending(operation, ex);
				}
			}
			pause(attempt);
		}
	}

	/**
	 * Waits for a random time, without a connection, so that statements that were in
	 * conflict do not meet again.
	 */
	private static void pause(int attempt) {
		long max = Math.min(MAX_PAUSE_MILLIS, 1L << attempt);
		LockSupport.parkNanos(Duration.ofMillis(ThreadLocalRandom.current().nextLong(max + 1)).toNanos());
	}

	@Override
	public void close() {
		this.connections.close();
	}

	/**
	 * Converts a row.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	interface RowMapper<T> {

		T of(ResultSet row) throws SQLException;

	}

	/**
	 * Executes a statement.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	private interface Execution<T> {

		T of(PreparedStatement statement) throws SQLException;

	}

	/**
	 * Work on a connection.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	private interface Work<T> {

		T on(Connection connection) throws SQLException;

	}

}
