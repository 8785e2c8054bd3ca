package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.backends.TestMariaDb;

/**
 * Tests for {@link JdbcStateStore} with the statements for MySQL and its driver while the
 * server or the way to it fails.
 */
@Tag("full")
class MySqlFailureTests extends JdbcFailureContract {

	MySqlFailureTests() {
		super(TestMariaDb.asMySql());
	}

	@Override
	boolean takesByOneStatement() {
		return false;
	}

}
