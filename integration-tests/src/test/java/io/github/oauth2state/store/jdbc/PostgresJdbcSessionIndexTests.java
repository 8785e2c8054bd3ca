package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcSessionIndex} on a real PostgreSQL.
 */
class PostgresJdbcSessionIndexTests extends JdbcSessionIndexContract {

	PostgresJdbcSessionIndexTests() {
		super(Database.POSTGRESQL);
	}

}
