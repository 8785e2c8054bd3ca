package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcStateStore} on H2.
 */
class H2JdbcStateStoreTests extends JdbcStateStoreContract {

	H2JdbcStateStoreTests() {
		super(Database.H2);
	}

	/**
	 * H2 is for development, and the least of what the contract asks for takes it as long
	 * as the rest takes the others.
	 */
	@Override
	protected int contendedRecords() {
		return 1000;
	}

}
