package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcSessionIndex} on a real MariaDB.
 */
@Tag("full")
class MariaDbJdbcSessionIndexTests extends JdbcSessionIndexContract {

	MariaDbJdbcSessionIndexTests() {
		super(Database.MARIADB);
	}

}
