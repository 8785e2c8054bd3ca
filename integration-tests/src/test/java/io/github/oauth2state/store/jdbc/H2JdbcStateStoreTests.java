package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcStateStore} on H2.
 */
@Tag("full")
class H2JdbcStateStoreTests extends JdbcStateStoreContract {

	H2JdbcStateStoreTests() {
		super(Database.H2);
	}

}
