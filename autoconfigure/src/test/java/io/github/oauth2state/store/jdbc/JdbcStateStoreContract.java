package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.DefaultResourceLoader;

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
			store = create(app);
		}
		return store;
	}

	private static JdbcStateStore create(HikariDataSource app) {
		Duration timeout = Duration.ofSeconds(10);
		Database database = Database.of(app);
		StateSchemaInitializer initializer = new StateSchemaInitializer(app, database, TableName.DEFAULT,
				DatabaseInitializationMode.ALWAYS);
		initializer.setResourceLoader(new DefaultResourceLoader());
		initializer.initializeDatabase();
		return new JdbcStateStore(new StateStatements(StateConnections.of(app, timeout), timeout), database,
				TableName.DEFAULT);
	}

	@AfterAll
	static void close() {
		if (store != null) {
			store.destroy();
			app.close();
			store = null;
		}
	}

	@Test
	void describesItself() {
		assertThat(store()).asString().matches("jdbc, table oauth2_state on (PostgreSQL|H2)");
	}

}
