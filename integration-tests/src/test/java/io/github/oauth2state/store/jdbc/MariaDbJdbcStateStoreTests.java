package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcStateStore} on a real MariaDB.
 */
@Tag("full")
class MariaDbJdbcStateStoreTests extends JdbcStateStoreContract {

	MariaDbJdbcStateStoreTests() {
		super(Database.MARIADB);
	}

}
