package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.util.ClassUtils;

/**
 * The connections of the store: from a pool of its own if the app has a HikariCP pool to
 * derive it from, otherwise from the app's data source.
 * <p>
 * The store needs a pool of its own because a login may need a record while transactions
 * of the app hold all connections of the app's pool and wait for that login.
 */
final class StateConnections implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(StateConnections.class);

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
	 * @param database the kind of database, or {@code null} if it is not known yet
	 * @param timeout how long a call of the store may take
	 * @return connections
	 */
	static StateConnections of(DataSource app, @Nullable Database database, Duration timeout) {
		DataSource own = HIKARI ? OwnPool.derive(app, database, timeout) : null;
		return (own != null) ? new StateConnections(own, true, timeout)
				: new StateConnections(outsideTransactions(app), false, timeout);
	}

	private static DataSource outsideTransactions(DataSource dataSource) {
		// Such a proxy returns the connection of the caller's transaction
		DataSource current = dataSource;
		while (current instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
			current = proxy.getTargetDataSource();
		}
		return current;
	}

	private static int networkTimeout(Duration timeout) {
		// A little more than the query timeout, after which a connection can still be
		// used
		return Math.toIntExact(timeout.plus(timeout.dividedBy(4)).toMillis());
	}

	/**
	 * Lends a connection in auto-commit mode.
	 * @param operation the name of the operation, for exceptions
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

	/**
	 * A connection that is set up for one statement, and returned as it was before.
	 *
	 * @param connection the connection
	 * @param autoCommit whether it was in auto-commit mode
	 * @param networkTimeout what its network timeout was, or {@link #UNSUPPORTED}
	 */
	record BorrowedConnection(Connection connection, boolean autoCommit, int networkTimeout) implements AutoCloseable {

		private static final int UNSUPPORTED = -1;

		static BorrowedConnection of(Connection connection, int networkTimeout) throws SQLException {
			try {
				boolean autoCommit = connection.getAutoCommit();
				if (!autoCommit) {
					connection.setAutoCommit(true);
				}
				return new BorrowedConnection(connection, autoCommit, limit(connection, networkTimeout));
			}
			catch (SQLException ex) {
				closeQuietly(connection);
				throw ex;
			}
		}

		private static int limit(Connection connection, int networkTimeout) {
			try {
				int before = connection.getNetworkTimeout();
				connection.setNetworkTimeout(Runnable::run, networkTimeout);
				return before;
			}
			catch (SQLException ex) {
				return UNSUPPORTED;
			}
		}

		/**
		 * Never fails, as the statement has its result already.
		 */
		@Override
		public void close() {
			try {
				restore();
			}
			catch (SQLException ex) {
				logger.debug("Cannot restore a connection", ex);
			}
			finally {
				closeQuietly(this.connection);
			}
		}

		private void restore() throws SQLException {
			if (this.connection.isClosed()) {
				return;
			}
			if (this.networkTimeout != UNSUPPORTED) {
				this.connection.setNetworkTimeout(Runnable::run, this.networkTimeout);
			}
			if (!this.autoCommit) {
				this.connection.setAutoCommit(false);
			}
		}

		private static void closeQuietly(Connection connection) {
			try {
				connection.close();
			}
			catch (SQLException ex) {
				logger.debug("Cannot close a connection", ex);
			}
		}

	}

}
