package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;

import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndexContract;

/**
 * What {@link JdbcSessionIndex} must do on every database.
 */
abstract class JdbcSessionIndexContract extends SessionIndexContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	private static SessionIndex index;

	private final Database database;

	JdbcSessionIndexContract(Database database) {
		this.database = database;
	}

	@Override
	protected SessionIndex index() {
		if (index == null) {
			app = TestStores.app(this.database);
			store = TestStores.create(app, Duration.ofSeconds(10));
			index = store.sessionIndex();
		}
		return index;
	}

	@AfterAll
	static void close() {
		store.destroy();
		app.close();
		index = null;
	}

}
