package io.github.oauth2state.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;

/**
 * Tests for {@link JdbcStateStore} on a real MariaDB.
 */
class MariaDbJdbcStateStoreTests extends JdbcStateStoreContract {

	@Override
	HikariDataSource dataSource() {
		return TestStores.mariadb();
	}

}
