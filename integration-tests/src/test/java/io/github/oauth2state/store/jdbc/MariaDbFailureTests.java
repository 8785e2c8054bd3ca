package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.backends.TestMariaDb;

/**
 * Tests for {@link JdbcStateStore} while MariaDB or the way to it fails.
 */
@Tag("full")
class MariaDbFailureTests extends JdbcFailureContract {

	MariaDbFailureTests() {
		super(TestMariaDb.instance());
	}

}
