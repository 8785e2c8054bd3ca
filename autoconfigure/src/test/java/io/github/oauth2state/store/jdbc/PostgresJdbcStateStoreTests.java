package io.github.oauth2state.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;

import io.github.oauth2state.backends.TestPostgres;

/**
 * Tests for {@link JdbcStateStore} on a real PostgreSQL.
 */
class PostgresJdbcStateStoreTests extends JdbcStateStoreContract {

	@Override
	HikariDataSource dataSource() {
		TestPostgres postgres = TestPostgres.instance();
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(postgres.url(postgres.createDatabase()));
		dataSource.setUsername(postgres.username());
		dataSource.setPassword(postgres.password());
		return dataSource;
	}

}
