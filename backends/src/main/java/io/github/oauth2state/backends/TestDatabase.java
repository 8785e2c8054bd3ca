package io.github.oauth2state.backends;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real database server, as one driver reaches it.
 */
public abstract class TestDatabase {

	static final int MAX_CONNECTIONS = 300;

	private static final AtomicInteger databases = new AtomicInteger();

	private final String driver;

	private final String host;

	private final int port;

	private final String username;

	private final String password;

	private final String administration;

	TestDatabase(String driver, String host, int port, String username, String password, String administration) {
		this.driver = driver;
		this.host = host;
		this.port = port;
		this.username = username;
		this.password = password;
		this.administration = administration;
	}

	public String host() {
		return this.host;
	}

	public int port() {
		return this.port;
	}

	public String username() {
		return this.username;
	}

	public String password() {
		return this.password;
	}

	public String url(String database) {
		return url(database, this.host, this.port);
	}

	/**
	 * Returns the URL of a database where it is reached through something else.
	 * @param database its name
	 * @param host the host to connect to
	 * @param port the port to connect to
	 * @return the URL
	 */
	public String url(String database, String host, int port) {
		return "jdbc:" + this.driver + "://" + host + ":" + port + "/" + database;
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	public String createDatabase() {
		String database = "test_" + databases.incrementAndGet();
		administer("CREATE DATABASE " + database);
		return database;
	}

	/**
	 * Opens a connection for whatever a test needs to do behind the store's back.
	 * @param database the name of the database
	 * @return the connection
	 * @throws SQLException if there is none to be had
	 */
	public Connection connect(String database) throws SQLException {
		return DriverManager.getConnection(url(database), this.username, this.password);
	}

	/**
	 * Executes a statement.
	 * @param database the name of the database
	 * @param sql the statement
	 */
	public void execute(String database, String sql) {
		try (Connection connection = connect(database); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Queries a number.
	 * @param database the name of the database
	 * @param sql the query
	 * @return the first column of the first row
	 */
	public long queryNumber(String database, String sql) {
		try (Connection connection = connect(database);
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Ends all connections to a database, as an administrator may.
	 * @param database the name of the database
	 */
	public abstract void endConnections(String database);

	/**
	 * Executes a statement that concerns the server.
	 * @param sql the statement
	 */
	public final void administer(String sql) {
		execute(this.administration, sql);
	}

	final Connection administration() throws SQLException {
		return connect(this.administration);
	}

	final String version() {
		try (Connection connection = administration()) {
			return connection.getMetaData().getDatabaseProductVersion();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
