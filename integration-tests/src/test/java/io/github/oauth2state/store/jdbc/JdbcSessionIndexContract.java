package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndexContract;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link JdbcSessionIndex} must do on every database.
 */
abstract class JdbcSessionIndexContract extends SessionIndexContract {

	private static HikariDataSource app;

	private static JdbcStateStore store;

	private static SessionIndex index;

	private final Database database;

	JdbcSessionIndexContract(Database database) {
		this.database = database;
	}

	@Override
	protected SessionIndex index() {
		if (index == null) {
			app = TestStores.app(this.database);
			store = TestStores.create(app, Duration.ofSeconds(10));
			index = store.sessionIndex();
		}
		return index;
	}

	/**
	 * Nobody but somebody else can have written it.
	 */
	@Test
	void rowsOfAnotherFormAreIgnored() {
		StateKey name = randomKey();
		StateKey session = add(NOON, name);
		for (int length : new int[] { 0, 1, 7, 8, 24, 600, 60_000 }) {
			write(name, new byte[length]);
			byte[] latest = new byte[length];
			Arrays.fill(latest, (byte) 0xff);
			write(name, latest);
		}
		assertThat(find(name)).containsExactly(session);
		assertThat(ids(logOut(name, NOON))).containsExactly(session);
	}

	private void write(StateKey name, byte[] value) {
		byte[] key = new byte[32];
		System.arraycopy(name.toByteArray(), 16, key, 0, 16);
		key[16] = 1;
		System.arraycopy(randomKey().toByteArray(), 0, key, 17, 15);
		new JdbcTemplate(app).update("INSERT INTO oauth2_state (record_key, record_value, expires_at) "
				+ "VALUES (?, ?, TIMESTAMP '2100-01-01 00:00:00')", key, value);
	}

	@Test
	void recordOfTheStoreUnderTheSameKeyStays() {
		for (int i = 0; i < 1000; i++) {
			StateKey name = randomKey();
			store.putIfAbsent(name, new byte[100], MINUTE);
			assertThat(find(name)).isEmpty();
		}
	}

	@Test
	void expiredRowsAreRemovedByTheCleanupOfTheStore() {
		StateKey name = randomKey();
		StateKey session = addFor(Duration.ofMillis(1), NOON, name);
		index.logOut(name, session, NOON, Duration.ofMillis(1));
		StateKey stays = add(NOON.plusSeconds(1), name);
		Awaitility.await().until(() -> find(name).equals(List.of(stays)));
		assertThat(store.removeExpired(10_000)).isGreaterThanOrEqualTo(2);
		assertThat(find(name)).containsExactly(stays);
	}

	@Test
	void sessionsAreARangeOfThePrimaryKey() {
		for (int i = 0; i < 2000; i++) {
			store.putIfAbsent(randomKey(), new byte[1], MINUTE);
		}
		if (this.database == Database.POSTGRESQL) {
			new JdbcTemplate(app).execute("ANALYZE oauth2_state");
		}
		SessionSql sql = this.database.sessionSql(TableName.DEFAULT);
		for (String query : List.of(sql.find(), sql.reaches(1))) {
			String plan = new JdbcTemplate(app)
				.queryForList("EXPLAIN " + query, new byte[32], filled(0x01), new byte[8])
				.toString();
			assertThat(plan).containsAnyOf("oauth2_state_pkey", "PRIMARY_KEY", "type=range")
				.doesNotContain("Seq Scan", "tableScan", "type=ALL");
		}
	}

	private static byte[] filled(int first) {
		byte[] bytes = new byte[32];
		bytes[0] = (byte) first;
		return bytes;
	}

	@AfterAll
	static void close() {
		store.destroy();
		app.close();
		index = null;
	}

}
