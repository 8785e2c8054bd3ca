package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.test.StateStoreContract;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link JdbcStateStore} must do on every database.
 */
abstract class JdbcStateStoreContract extends StateStoreContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	private final Database database;

	JdbcStateStoreContract(Database database) {
		this.database = database;
	}

	@Override
	protected StateStore store() {
		if (store == null) {
			app = TestStores.app(this.database);
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
		assertThat(store()).asString().isEqualTo("jdbc, table oauth2_state on " + this.database);
	}

}
