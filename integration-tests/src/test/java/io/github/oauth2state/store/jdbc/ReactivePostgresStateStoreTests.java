package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;

/**
 * Tests for {@link JdbcStateStore} on PostgreSQL and reactive callers.
 */
@Tag("full")
class ReactivePostgresStateStoreTests extends PostgresJdbcStateStoreTests {

	@Override
	StateStore called(JdbcStateStore store) {
		return ReactiveCalls.ofBlocking(store);
	}

}
