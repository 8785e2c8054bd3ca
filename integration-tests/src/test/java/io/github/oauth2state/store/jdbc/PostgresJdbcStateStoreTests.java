package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcStateStore} on a real PostgreSQL.
 */
class PostgresJdbcStateStoreTests extends JdbcStateStoreContract {

	PostgresJdbcStateStoreTests() {
		super(Database.POSTGRESQL);
	}

}
