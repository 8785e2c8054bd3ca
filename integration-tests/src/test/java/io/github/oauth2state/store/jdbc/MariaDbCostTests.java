package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestMariaDb;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link JdbcStateStore} costs on MariaDB, as the server itself counts.
 */
@Tag("full")
class MariaDbCostTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());

	@ParameterizedTest
	@EnumSource(names = { "MARIADB", "MYSQL" })
	void eachCallIsAsFewStatementsAsCanBeAndNothingElse(Database database) {
		try (HikariDataSource app = TestStores.app(database)) {
			JdbcStateStore store = TestStores.create(app, Duration.ofSeconds(10));
			store.find(this.key);
			assertThat(calls(() -> store.putIfAbsent(this.key, new byte[1], MINUTE))).isEqualTo(Map.of("insert", 1));
			assertThat(calls(() -> store.find(this.key))).isEqualTo(Map.of("select", 1));
			assertThat(calls(() -> store.replace(this.key, new byte[1], new byte[2], MINUTE)))
				.isEqualTo(Map.of("update", 1));
			assertThat(calls(() -> store.take(this.key)))
				.isEqualTo((database == Database.MARIADB) ? Map.of("delete", 1) : Map.of("select", 1, "delete", 1));
			assertThat(calls(() -> store.removeExpired(10))).isEqualTo(Map.of("delete_multi", 1));
			SessionIndex index = store.sessionIndex();
			List<StateKey> names = List.of(this.key, StateKey.of("app", "test", "other"));
			IndexedSession session = new IndexedSession(this.key, Instant.EPOCH, new byte[1]);
			assertThat(calls(() -> index.add(names, session, MINUTE))).isEqualTo(Map.of("insert", 1, "select", 1));
			assertThat(calls(() -> index.logOut(this.key, this.key, Instant.EPOCH, MINUTE)))
				.isEqualTo(Map.of("insert", 1, "select", 1));
			assertThat(calls(() -> index.logOut(this.key, this.key, Instant.EPOCH, MINUTE)))
				.isEqualTo(Map.of("insert", 1, "update", 1, "select", 1));
			assertThat(calls(() -> index.remove(names, List.of(session.id())))).isEqualTo(Map.of("delete", 1));
			store.destroy();
		}
	}

	private static Map<String, Integer> calls(Runnable work) {
		return TestMariaDb.instance().callsDuring(work);
	}

}
