package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JdbcStateStore} on a PostgreSQL whose transactions are serializable
 * unless told otherwise, which the store does not do.
 */
@Tag("full")
class SerializablePostgresTests extends StateStoreContract {

	private static final TestPostgres SERVER = TestPostgres.instance();

	private static final String DATABASE = SERVER.createDatabase();

	private static HikariDataSource app;

	private static JdbcStateStore store;

	@BeforeAll
	static void connect() {
		SERVER.administer("ALTER DATABASE " + DATABASE + " SET default_transaction_isolation TO serializable");
		app = TestStores.pool(SERVER, SERVER.url(DATABASE));
		store = TestStores.create(app, Duration.ofSeconds(10));
	}

	@AfterAll
	static void disconnect() {
		store.destroy();
		app.close();
	}

	@Override
	protected StateStore store() {
		return store;
	}

	/**
	 * Another transaction changes the record, and commits while the take waits for it.
	 */
	@Test
	void takeThatTheDatabaseRollsBackIsRepeated() throws Exception {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		store.putIfAbsent(key, new byte[] { 1 }, Duration.ofMinutes(1));
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> whileChanged(key, 2, () -> {
			try (Connection connection = app.getConnection();
					PreparedStatement delete = connection
						.prepareStatement("DELETE FROM oauth2_state WHERE record_key = ?")) {
				delete.setBytes(1, key.toByteArray());
				return delete.executeUpdate();
			}
		})).withStackTraceContaining("could not serialize access");
		assertThat(whileChanged(key, 3, () -> store.take(key))).contains(new byte[] { 3 });
		assertThat(store.find(key)).isEmpty();
	}

	private static <T> T whileChanged(StateKey key, int value, Callable<T> call) throws Exception {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try (Connection other = SERVER.connect(DATABASE);
				PreparedStatement change = other
					.prepareStatement("UPDATE oauth2_state SET record_value = ? WHERE record_key = ?")) {
			other.setAutoCommit(false);
			change.setBytes(1, new byte[] { (byte) value });
			change.setBytes(2, key.toByteArray());
			assertThat(change.executeUpdate()).isOne();
			Future<T> result = executor.submit(call);
			Awaitility.await().until(SerializablePostgresTests::somebodyWaits);
			other.commit();
			return result.get();
		}
		finally {
			executor.shutdown();
		}
	}

	private static boolean somebodyWaits() throws SQLException {
		try (Connection connection = SERVER.connect(DATABASE);
				Statement statement = connection.createStatement();
				ResultSet waiting = statement.executeQuery("SELECT count(*) FROM pg_stat_activity "
						+ "WHERE datname = current_database() AND wait_event_type = 'Lock'")) {
			waiting.next();
			return waiting.getInt(1) > 0;
		}
	}

}
