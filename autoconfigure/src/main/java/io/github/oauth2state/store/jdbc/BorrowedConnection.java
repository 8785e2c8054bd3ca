package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * A connection set up for one statement, and given back as it was.
 *
 * @param connection the connection
 * @param autoCommit whether it was in auto-commit mode
 * @param networkTimeout what its network timeout was, or {@link #UNSUPPORTED}
 */
record BorrowedConnection(Connection connection, boolean autoCommit, int networkTimeout) implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(BorrowedConnection.class);

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
	 * Never fails: a statement that has been answered stays answered.
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
