package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A real PostgreSQL, started once per JVM.
 */
public final class TestPostgres {

	private static final String STATISTICS = "pg_stat_statements";

	private static final String MAX_CONNECTIONS = "300";

	private static final int PORT = 5432;

	private static final AtomicInteger databases = new AtomicInteger();

	private final String host;

	private final int port;

	private final String username;

	private final String password;

	private TestPostgres(String host, int port, String username, String password) {
		this.host = host;
		this.port = port;
		this.username = username;
		this.password = password;
		execute("postgres", "CREATE EXTENSION IF NOT EXISTS " + STATISTICS);
	}

	/**
	 * Returns the server of this JVM.
	 * @return the server, started
	 */
	public static TestPostgres instance() {
		return Holder.INSTANCE;
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
		return "jdbc:postgresql://" + host + ":" + port + "/" + database;
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	public String createDatabase() {
		String database = "test_" + databases.incrementAndGet();
		execute("postgres", "CREATE DATABASE " + database);
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
	 * Returns how often each statement was executed in a database, as the server counted,
	 * save for the one that the driver sends when it connects: pools connect when they
	 * like.
	 * @param database the name of the database
	 * @param work what to count
	 * @return calls by the statement's text
	 */
	public Map<String, Integer> callsDuring(String database, Runnable work) {
		execute("postgres", "SELECT pg_stat_statements_reset()");
		work.run();
		try (Connection connection = connect("postgres"); Statement statement = connection.createStatement()) {
			ResultSet rows = statement.executeQuery("""
					SELECT query, calls FROM pg_stat_statements
					WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '%s')
					AND query NOT LIKE 'SET application_name%%'""".formatted(database));
			Map<String, Integer> calls = new TreeMap<>();
			while (rows.next()) {
				calls.put(rows.getString(1), rows.getInt(2));
			}
			return calls;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TestPostgres start() {
		TestPostgres postgres = TestBackends.docker() ? startContainer() : startEmbedded();
		return TestBackends.started("PostgreSQL " + postgres.version(), postgres);
	}

	private String version() {
		try (Connection connection = connect("postgres")) {
			return connection.getMetaData().getDatabaseProductVersion();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("resource")
	private static TestPostgres startContainer() {
		PostgreSQLContainer container = new PostgreSQLContainer("postgres:17-alpine").withCommand("postgres", "-c",
				"fsync=off", "-c", "max_connections=" + MAX_CONNECTIONS, "-c",
				"shared_preload_libraries=" + STATISTICS);
		container.withDatabaseName("postgres").start();
		return new TestPostgres(container.getHost(), container.getMappedPort(PORT), container.getUsername(),
				container.getPassword());
	}

	@SuppressWarnings("resource")
	private static TestPostgres startEmbedded() {
		try {
			EmbeddedPostgres server = EmbeddedPostgres.builder()
				.setServerConfig("max_connections", MAX_CONNECTIONS)
				.setServerConfig("shared_preload_libraries", STATISTICS)
				.start();
			return new TestPostgres("localhost", server.getPort(), "postgres", "");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class Holder {

		private static final TestPostgres INSTANCE = start();

	}

}
