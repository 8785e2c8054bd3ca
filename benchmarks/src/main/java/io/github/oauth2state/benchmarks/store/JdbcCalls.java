package io.github.oauth2state.benchmarks.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.store.jdbc.PostgresqlStatements;

/**
 * The statements of the JDBC store on connections of a pool, as JDBC offers them. No
 * statement has a timeout.
 */
final class JdbcCalls implements Calls, AutoCloseable {

	/**
	 * As many as the store has. Otherwise the sizes of pools are compared.
	 */
	private static final int CONNECTIONS = 4;

	private static final String PUT = PostgresqlStatements.put();

	private static final String TAKE = PostgresqlStatements.take();

	private final HikariDataSource pool = new HikariDataSource();

	private final int timeoutSeconds;

	/**
	 * Opens connections.
	 * @param database the database
	 * @param timeoutSeconds how long a statement may take, or 0 for no timer
	 */
	JdbcCalls(String database, int timeoutSeconds) {
		this.timeoutSeconds = timeoutSeconds;
		TestPostgres postgres = TestPostgres.instance();
		this.pool.setJdbcUrl(postgres.url(database));
		this.pool.setUsername(postgres.username());
		this.pool.setPassword(postgres.password());
		this.pool.setMaximumPoolSize(CONNECTIONS);
		this.pool.setMinimumIdle(0);
	}

	@Override
	public boolean put(StateKey key, byte[] value) {
		try (Connection connection = this.pool.getConnection();
				PreparedStatement statement = connection.prepareStatement(PUT)) {
			statement.setQueryTimeout(this.timeoutSeconds);
			statement.setBytes(1, key.toByteArray());
			statement.setBytes(2, value);
			statement.setLong(3, Records.TTL.toMillis());
			return statement.executeUpdate() == 1;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public byte @Nullable [] take(StateKey key) {
		try (Connection connection = this.pool.getConnection();
				PreparedStatement statement = connection.prepareStatement(TAKE)) {
			statement.setQueryTimeout(this.timeoutSeconds);
			statement.setBytes(1, key.toByteArray());
			try (ResultSet rows = statement.executeQuery()) {
				return rows.next() ? rows.getBytes(1) : null;
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.pool.close();
	}

}
