package io.github.oauth2state.store.jdbc;

import io.github.oauth2state.backends.TestMariaDb;

/**
 * Tests for {@link JdbcStateStore} while MariaDB or the way to it fails.
 */
class MariaDbFailureTests extends JdbcFailureContract {

	MariaDbFailureTests() {
		super(TestMariaDb.instance());
	}

}
