package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.DefaultResourceLoader;

import io.github.oauth2state.backends.TestDatabase;
import io.github.oauth2state.backends.TestMariaDb;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * Makes stores as the auto-configuration does, and data sources as apps have them.
 */
final class TestStores {

	private TestStores() {
	}

	static JdbcStateStore create(DataSource app, Duration timeout) {
		createTable(app, TableName.DEFAULT);
		return onTable(app, Database.of(app), timeout);
	}

	static JdbcStateStore onTable(DataSource app, Database database, Duration timeout) {
		return onTable(app, database, timeout, false);
	}

	static JdbcStateStore onTable(DataSource app, Database database, Duration timeout, boolean asynchronousCommit) {
		StateConnections connections = StateConnections.of(app, database, timeout);
		return new JdbcStateStore(new StateStatements(connections, timeout), ChosenDatabase.of(app, database),
				TableName.DEFAULT, asynchronousCommit);
	}

	static void createTable(DataSource app, TableName table) {
		StateSchemaInitializer initializer = new StateSchemaInitializer(ChosenDatabase.of(app, Database.of(app)), table,
				DatabaseInitializationMode.ALWAYS, false);
		initializer.setResourceLoader(new DefaultResourceLoader());
		initializer.initializeDatabase();
	}

	static HikariDataSource app(Database database) {
		return switch (database) {
			case POSTGRESQL -> empty(TestPostgres.instance());
			case MARIADB -> empty(TestMariaDb.instance());
			case MYSQL -> empty(TestMariaDb.asMySql());
			case H2 -> h2();
		};
	}

	private static HikariDataSource empty(TestDatabase server) {
		return pool(server, server.url(server.createDatabase()));
	}

	static HikariDataSource h2() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
		return dataSource;
	}

	static HikariDataSource pool(TestDatabase server, String url) {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(url);
		dataSource.setUsername(server.username());
		dataSource.setPassword(server.password());
		// Connections made in the background would be counted
		dataSource.setMinimumIdle(0);
		return dataSource;
	}

}
