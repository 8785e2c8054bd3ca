package io.github.oauth2state.store.jdbc;

import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;

/**
 * Tests for {@link JdbcStateStore} on H2.
 */
class H2JdbcStateStoreTests extends JdbcStateStoreContract {

	@Override
	HikariDataSource dataSource() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
		return dataSource;
	}

}
