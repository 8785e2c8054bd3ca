package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.backends.TestPostgres;

/**
 * Tests for {@link JdbcStateStore} while PostgreSQL or the way to it fails.
 */
@Tag("full")
class PostgresFailureTests extends JdbcFailureContract {

	PostgresFailureTests() {
		super(TestPostgres.instance());
	}

}
