package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.util.ClassUtils;

/**
 * Where the store gets its connections from: a pool of its own where the app has a
 * HikariCP pool that it can be derived from, otherwise the app's data source.
 * <p>
 * It must be a pool of its own because a login may need a record while the app's
 * transactions hold all connections of theirs, and wait for the login.
 */
final class StateConnections implements AutoCloseable {

	private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			StateConnections.class.getClassLoader());

	private final DataSource dataSource;

	private final boolean own;

	private final int networkTimeout;

	private StateConnections(DataSource dataSource, boolean own, Duration timeout) {
		this.dataSource = dataSource;
		this.own = own;
		this.networkTimeout = networkTimeout(timeout);
	}

	/**
	 * Derives connections.
	 * @param app the app's data source
	 * @param database what it leads to, if that is known
	 * @param timeout how long a call of the store may take
	 * @return connections
	 */
	static StateConnections of(DataSource app, @Nullable Database database, Duration timeout) {
		DataSource own = HIKARI ? OwnPool.derive(app, database, timeout) : null;
		return (own != null) ? new StateConnections(own, true, timeout)
				: new StateConnections(outsideTransactions(app), false, timeout);
	}

	private static DataSource outsideTransactions(DataSource dataSource) {
		// Such a proxy hands out the connection of the caller's transaction
		DataSource current = dataSource;
		while (current instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
			current = proxy.getTargetDataSource();
		}
		return current;
	}

	private static int networkTimeout(Duration timeout) {
		// A little more than the query timeout, which leaves a connection that can go on
		return Math.toIntExact(timeout.plus(timeout.dividedBy(4)).toMillis());
	}

	/**
	 * Lends a connection in auto-commit mode.
	 * @param operation what to call it in exceptions
	 * @return the connection
	 */
	BorrowedConnection borrow(String operation) {
		try {
			Connection connection = this.dataSource.getConnection();
			return BorrowedConnection.of(connection, this.networkTimeout);
		}
		catch (SQLException ex) {
			throw SqlFailures.beforeSending(operation, ex);
		}
	}

	@Override
	public void close() {
		if (this.own) {
			OwnPool.close(this.dataSource);
		}
	}

}
