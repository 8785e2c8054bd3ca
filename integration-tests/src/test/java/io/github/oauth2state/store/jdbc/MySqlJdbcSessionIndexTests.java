package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcSessionIndex} with the statements for MySQL and its driver, on a
 * real MariaDB.
 */
@Tag("full")
class MySqlJdbcSessionIndexTests extends JdbcSessionIndexContract {

	MySqlJdbcSessionIndexTests() {
		super(Database.MYSQL);
	}

}
