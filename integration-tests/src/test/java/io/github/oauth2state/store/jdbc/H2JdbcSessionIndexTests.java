package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

/**
 * Tests for {@link JdbcSessionIndex} on H2.
 */
@Tag("full")
class H2JdbcSessionIndexTests extends JdbcSessionIndexContract {

	H2JdbcSessionIndexTests() {
		super(Database.H2);
	}

}
