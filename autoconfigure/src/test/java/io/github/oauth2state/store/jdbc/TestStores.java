package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.oauth2state.backends.TestPostgres;

/**
 * Makes stores as the auto-configuration does, and data sources as apps have them.
 */
final class TestStores {

	private TestStores() {
	}

	static JdbcStateStore create(DataSource app, Duration timeout) {
		createTable(app, TableName.DEFAULT);
		return new JdbcStateStore(new StateStatements(StateConnections.of(app, Database.of(app), timeout), timeout),
				Database.of(app), TableName.DEFAULT);
	}

	static void createTable(DataSource app, TableName table) {
		StateSchemaInitializer initializer = new StateSchemaInitializer(app, Database.of(app), table,
				DatabaseInitializationMode.ALWAYS);
		initializer.setResourceLoader(new DefaultResourceLoader());
		initializer.initializeDatabase();
	}

	static HikariDataSource h2() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
		return dataSource;
	}

	static HikariDataSource postgres() {
		return postgres(TestPostgres.instance().url(TestPostgres.instance().createDatabase()));
	}

	static HikariDataSource postgres(String url) {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(url);
		dataSource.setUsername(TestPostgres.instance().username());
		dataSource.setPassword(TestPostgres.instance().password());
		// Connections made in the background would be counted
		dataSource.setMinimumIdle(0);
		return dataSource;
	}

}
