package io.github.oauth2state.store.jdbc;

import org.junit.jupiter.api.Tag;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.store.ReactiveCalls;

/**
 * Tests for {@link JdbcStateStore} on H2 and reactive callers.
 */
@Tag("full")
class ReactiveH2StateStoreTests extends H2JdbcStateStoreTests {

	@Override
	StateStore called(JdbcStateStore store) {
		return ReactiveCalls.ofBlocking(store);
	}

}
