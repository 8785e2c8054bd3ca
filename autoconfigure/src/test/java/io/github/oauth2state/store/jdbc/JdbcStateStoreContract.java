package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link JdbcStateStore} must do on every database.
 */
abstract class JdbcStateStoreContract extends StateStoreContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	/**
	 * Returns the data source of an app.
	 * @return a new data source on an empty database
	 */
	abstract HikariDataSource dataSource();

	@Override
	protected StateStore store() {
		if (store == null) {
			app = dataSource();
			store = TestStores.create(app, Duration.ofSeconds(10));
		}
		return store;
	}

	@AfterAll
	static void close() {
		store.destroy();
		app.close();
		store = null;
	}

	@Test
	void describesItself() {
		assertThat(store()).asString().matches("jdbc, table oauth2_state on (PostgreSQL|MariaDB|MySQL|H2)");
	}

}
