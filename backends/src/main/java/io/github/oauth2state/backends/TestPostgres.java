package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A real PostgreSQL, started once per JVM.
 */
public final class TestPostgres extends TestDatabase {

	private static final String STATISTICS = "pg_stat_statements";

	/**
	 * Whether a commit waits for the disk. Tests have nothing to lose; benchmarks measure
	 * it.
	 */
	private static final String DURABLE = Boolean.getBoolean("postgres.durable") ? "on" : "off";

	private static final int PORT = 5432;

	private TestPostgres(String host, int port, String username, String password) {
		super("postgresql", host, port, username, password, "postgres");
		administer("CREATE EXTENSION IF NOT EXISTS " + STATISTICS);
	}

	/**
	 * Returns the server of this JVM.
	 * @return the server, started
	 */
	public static TestPostgres instance() {
		return Holder.INSTANCE;
	}

	@Override
	public void endConnections(String database) {
		administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
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
		return statisticsDuring(database, "calls", work);
	}

	/**
	 * Counts the blocks, of 8 KiB, that statements look at in a database, also of indexes
	 * and more than once.
	 * @param database the database
	 * @param work what to count
	 * @return how many
	 */
	public int blocksDuring(String database, Runnable work) {
		return statisticsDuring(database, "shared_blks_hit + shared_blks_read", work).values()
			.stream()
			.mapToInt(Integer::intValue)
			.sum();
	}

	private Map<String, Integer> statisticsDuring(String database, String column, Runnable work) {
		administer("SELECT pg_stat_statements_reset()");
		work.run();
		try (Connection connection = administration(); Statement statement = connection.createStatement()) {
			ResultSet rows = statement.executeQuery("""
					SELECT query, %s FROM pg_stat_statements
					WHERE dbid = (SELECT oid FROM pg_database WHERE datname = '%s')
					AND query NOT LIKE 'SET application_name%%'""".formatted(column, database));
			Map<String, Integer> statistics = new TreeMap<>();
			while (rows.next()) {
				statistics.put(rows.getString(1), rows.getInt(2));
			}
			return statistics;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TestPostgres start() {
		TestPostgres postgres = TestBackends.docker() ? startContainer() : startEmbedded();
		return TestBackends.started("PostgreSQL " + postgres.version(), postgres);
	}

	@SuppressWarnings("resource")
	private static TestPostgres startContainer() {
		PostgreSQLContainer container = new PostgreSQLContainer("postgres:17-alpine").withCommand("postgres", "-c",
				"fsync=" + DURABLE, "-c", "synchronous_commit=" + DURABLE, "-c", "max_connections=" + MAX_CONNECTIONS,
				"-c", "shared_preload_libraries=" + STATISTICS);
		container.withDatabaseName("postgres").start();
		return new TestPostgres(container.getHost(), container.getMappedPort(PORT), container.getUsername(),
				container.getPassword());
	}

	@SuppressWarnings("resource")
	private static TestPostgres startEmbedded() {
		try {
			EmbeddedPostgres server = EmbeddedPostgres.builder()
				.setServerConfig("fsync", DURABLE)
				.setServerConfig("synchronous_commit", DURABLE)
				.setServerConfig("max_connections", Integer.toString(MAX_CONNECTIONS))
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
