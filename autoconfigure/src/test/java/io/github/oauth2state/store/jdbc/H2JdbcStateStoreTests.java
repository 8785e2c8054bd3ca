package io.github.oauth2state.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;

/**
 * Tests for {@link JdbcStateStore} on H2.
 */
class H2JdbcStateStoreTests extends JdbcStateStoreContract {

	@Override
	HikariDataSource dataSource() {
		return TestStores.h2();
	}

}
