package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link JdbcStateStore} costs, as PostgreSQL itself counts.
 */
class JdbcCostTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final TestPostgres postgres = TestPostgres.instance();

	private final String database = this.postgres.createDatabase();

	private final HikariDataSource app = TestStores.pool(this.postgres, this.postgres.url(this.database));

	private final JdbcStateStore store = TestStores.create(this.app, Duration.ofSeconds(10));

	private final StateKey key = randomKey();

	@AfterEach
	void close() {
		this.store.destroy();
		this.app.close();
	}

	@Test
	void eachCallIsOneStatementAndNothingElse() {
		this.store.find(this.key);
		assertThat(calls(() -> this.store.putIfAbsent(this.key, new byte[1], MINUTE))).is(one("INSERT"));
		assertThat(calls(() -> this.store.find(this.key))).is(one("SELECT"));
		assertThat(calls(() -> this.store.replace(this.key, new byte[1], new byte[2], MINUTE))).is(one("UPDATE"));
		assertThat(calls(() -> this.store.take(this.key))).is(one("DELETE"));
		assertThat(calls(() -> this.store.take(this.key))).is(one("DELETE"));
		assertThat(calls(() -> this.store.remove(this.key, new byte[1]))).is(one("DELETE"));
		assertThat(calls(() -> this.store.removeExpired(10))).is(one("DELETE"));
	}

	@Test
	void callsOfTheSessionIndexAreOneOrTwoStatementsForAllNames() {
		SessionIndex index = this.store.sessionIndex();
		List<StateKey> names = List.of(this.key, randomKey());
		IndexedSession session = session();
		StateKey logout = randomKey();
		this.store.find(this.key);
		assertThat(calls(() -> index.add(names, session, MINUTE))).is(one("INSERT", "SELECT"));
		assertThat(calls(() -> index.add(names, session, MINUTE))).is(one("INSERT", "SELECT"));
		assertThat(calls(() -> index.find(this.key))).is(one("SELECT"));
		assertThat(calls(() -> index.logOut(this.key, logout, session.since(), MINUTE))).is(one("INSERT", "SELECT"));
		assertThat(calls(() -> index.logOut(this.key, logout, session.since(), MINUTE))).is(one("INSERT", "SELECT"));
		assertThat(calls(() -> index.remove(names, List.of(session.id(), randomKey())))).is(one("DELETE"));
		assertThat(calls(() -> index.add(names, session, MINUTE))).is(one("INSERT", "SELECT", "DELETE"));
	}

	/**
	 * The value is as long as a sealed session id.
	 */
	@Test
	void aSessionTakesAtMost350BytesUnderAName() {
		SessionIndex index = this.store.sessionIndex();
		int sessions = 10_000;
		IntStream.range(0, sessions).forEach((i) -> index.add(List.of(randomKey()), session(), MINUTE));
		long perSession = this.postgres.queryNumber(this.database, "SELECT pg_total_relation_size('oauth2_state')")
				/ sessions;
		System.out.println("PostgreSQL: " + perSession + " bytes per session of a name");
		assertThat(perSession).isBetween(150L, 350L);
	}

	@Test
	void sessionsAreFoundInALargeTableByItsPrimaryKey() {
		SessionIndex index = this.store.sessionIndex();
		List<StateKey> names = List.of(this.key, randomKey());
		IndexedSession session = session();
		for (int i = 0; i < 20; i++) {
			index.add(names, session, MINUTE);
			index.find(this.key);
			index.logOut(this.key, randomKey(), session.since().minusSeconds(1), MINUTE);
			index.remove(names, List.of(session.id()));
		}
		this.postgres.execute(this.database, """
				INSERT INTO oauth2_state (record_key, record_value, expires_at)
				SELECT sha256(i::text::bytea), decode(repeat(md5(i::text), 14), 'hex'), now() + interval '1 hour'
				FROM generate_series(1, 100000) i""");
		for (String analyze : List.of("", "ANALYZE oauth2_state")) {
			this.postgres.execute(this.database, analyze);
			assertThat(blocks(() -> index.add(names, session, MINUTE))).isLessThan(60);
			assertThat(blocks(() -> index.find(this.key))).isLessThan(60);
			assertThat(blocks(() -> index.logOut(this.key, this.key, session.since(), MINUTE))).isLessThan(60);
			assertThat(blocks(() -> index.remove(names, List.of(session.id())))).isLessThan(60);
		}
	}

	private static IndexedSession session() {
		byte[] value = new byte[90];
		new Random(42).nextBytes(value);
		return new IndexedSession(randomKey(), Instant.EPOCH, value);
	}

	@Test
	void aPendingLoginTakesAtMost750Bytes() {
		int records = 10_000;
		byte[] value = new byte[450];
		new Random(42).nextBytes(value);
		IntStream.range(0, records).forEach((i) -> this.store.putIfAbsent(randomKey(), value, MINUTE));
		long perRecord = this.postgres.queryNumber(this.database, "SELECT pg_total_relation_size('oauth2_state')")
				/ records;
		System.out.println("PostgreSQL: " + perRecord + " bytes per record with a value of 450 bytes");
		assertThat(perRecord).isBetween(450L, 750L);
	}

	/**
	 * A plan that is made while the table is empty, and kept, reads all of it later. The
	 * table here is of about 6,000 blocks.
	 */
	@Test
	void aLargeTableIsNotReadAsAWhole() {
		for (int i = 0; i < 20; i++) {
			liveAndClean(10);
		}
		this.postgres.execute(this.database, """
				INSERT INTO oauth2_state (record_key, record_value, expires_at)
				SELECT sha256(i::text::bytea), decode(repeat(md5(i::text), 14), 'hex'), now()
				FROM generate_series(1, 100000) i""");
		assertThat(blocks(() -> this.store.take(this.key))).isLessThan(20);
		assertThat(blocks(() -> this.store.removeExpired(1000))).isLessThan(4000);
		this.postgres.execute(this.database, "ANALYZE oauth2_state");
		assertThat(blocks(() -> this.store.take(this.key))).isLessThan(20);
		assertThat(blocks(() -> this.store.removeExpired(1000))).isLessThan(4000);
	}

	private void liveAndClean(int limit) {
		this.store.putIfAbsent(this.key, new byte[1], MINUTE);
		this.store.find(this.key);
		this.store.take(this.key);
		this.store.removeExpired(limit);
	}

	private int blocks(Runnable work) {
		return this.postgres.blocksDuring(this.database, work);
	}

	private Map<String, Integer> calls(Runnable work) {
		return this.postgres.callsDuring(this.database, work);
	}

	private static Condition<Map<String, Integer>> one(String... verbs) {
		return new Condition<>(
				(calls) -> calls.size() == verbs.length
						&& Arrays.stream(verbs)
							.allMatch((verb) -> calls.keySet().stream().anyMatch((sql) -> sql.startsWith(verb)))
						&& calls.values().stream().allMatch((count) -> count == 1),
				"one each of " + String.join(", ", verbs));
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

}
