package io.github.oauth2state.store.jdbc;

/**
 * Tests for {@link JdbcStateStore} with the statements for MySQL and its driver, on a
 * real MariaDB: a MySQL server is not to be had as an artifact.
 */
class MySqlJdbcStateStoreTests extends JdbcStateStoreContract {

	MySqlJdbcStateStoreTests() {
		super(Database.MYSQL);
	}

	/**
	 * The server is the one that has been raced for already, and a take is twice the
	 * statements.
	 */
	@Override
	protected int contendedRecords() {
		return 1000;
	}

}
