package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcStateStore} on H2.
 */
class H2JdbcStateStoreTests extends JdbcStateStoreContract {

	H2JdbcStateStoreTests() {
		super(Database.H2);
	}

}
