package io.github.oauth2state.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;

/**
 * Tests for {@link JdbcStateStore} on a real PostgreSQL.
 */
class PostgresJdbcStateStoreTests extends JdbcStateStoreContract {

	@Override
	HikariDataSource dataSource() {
		return TestStores.postgres();
	}

}
