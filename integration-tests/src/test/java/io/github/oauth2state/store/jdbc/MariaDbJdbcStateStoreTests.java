package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcStateStore} on a real MariaDB.
 */
class MariaDbJdbcStateStoreTests extends JdbcStateStoreContract {

	MariaDbJdbcStateStoreTests() {
		super(Database.MARIADB);
	}

}
