package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcStateStore} with the statements for MySQL and its driver, on a
 * real MariaDB: a MySQL server is not to be had as an artifact.
 */
@Tag("full")
class MySqlJdbcStateStoreTests extends JdbcStateStoreContract {

	MySqlJdbcStateStoreTests() {
		super(Database.MYSQL);
	}

}
