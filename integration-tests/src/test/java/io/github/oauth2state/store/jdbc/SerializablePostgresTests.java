package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.test.StateStoreContract;

/**
 * Tests for {@link JdbcStateStore} on a PostgreSQL whose transactions are serializable
 * unless told otherwise, which the store does not do.
 */
@Tag("full")
class SerializablePostgresTests extends StateStoreContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	@BeforeAll
	static void connect() {
		TestPostgres server = TestPostgres.instance();
		String database = server.createDatabase();
		server.administer("ALTER DATABASE " + database + " SET default_transaction_isolation TO serializable");
		app = TestStores.pool(server, server.url(database));
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

}
