package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.StateKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ExpiredRecordCleanup}.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class ExpiredRecordCleanupTests {

	private static final Duration OFTEN = Duration.ofMillis(20);

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable closeable : this.opened) {
			closeable.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void removesWhatExpiredAndNothingElse(Database database) {
		HikariDataSource app = app(database);
		JdbcStateStore store = store(app);
		List<StateKey> live = keys(25);
		live.forEach((key) -> store.putIfAbsent(key, new byte[1], Duration.ofMinutes(1)));
		keys(95).forEach((key) -> store.putIfAbsent(key, new byte[1], Duration.ofMillis(1)));
		ExpiredRecordCleanup cleanup = started(store, 10);
		Awaitility.await().until(() -> rows(app) == 25);
		cleanup.stop();
		assertThat(live).allSatisfy((key) -> assertThat(store.take(key)).isPresent());
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void oneStatementRemovesNoMoreThanABatch(Database database) {
		HikariDataSource app = app(database);
		JdbcStateStore store = store(app);
		keys(25).forEach((key) -> store.putIfAbsent(key, new byte[1], Duration.ofMillis(1)));
		Awaitility.await().until(() -> expired(app) == 25);
		assertThat(store.removeExpired(10)).isEqualTo(10);
		assertThat(store.removeExpired(10)).isEqualTo(10);
		assertThat(store.removeExpired(10)).isEqualTo(5);
		assertThat(store.removeExpired(10)).isZero();
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void manyInstancesShareTheWork(Database database) throws Exception {
		HikariDataSource app = app(database);
		List<JdbcStateStore> instances = IntStream.range(0, 10).mapToObj((i) -> store(app)).toList();
		int records = 2000;
		keys(records).forEach((key) -> instances.get(0).putIfAbsent(key, new byte[1], Duration.ofMillis(1)));
		Awaitility.await().until(() -> expired(app) == records);
		ExecutorService executor = Executors.newFixedThreadPool(10);
		List<Future<Integer>> removed = instances.stream()
			.map((store) -> executor.submit(() -> removeAll(store)))
			.toList();
		int total = 0;
		for (Future<Integer> one : removed) {
			total += one.get();
		}
		executor.shutdown();
		assertThat(total).isEqualTo(records);
		assertThat(rows(app)).isZero();
	}

	@Test
	void leavesLockedRowsToTheirOwner() throws SQLException {
		HikariDataSource app = app(Database.POSTGRESQL);
		JdbcStateStore store = store(app);
		keys(2).forEach((key) -> store.putIfAbsent(key, new byte[1], Duration.ofMillis(1)));
		Awaitility.await().until(() -> expired(app) == 2);
		try (Connection other = app.getConnection(); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("SELECT 1 FROM oauth2_state LIMIT 1 FOR UPDATE");
			assertThat(store.removeExpired(10)).isOne();
			other.rollback();
		}
		assertThat(store.removeExpired(10)).isOne();
	}

	@Test
	void oneRunEndsInTimeAndTheNextGoesOn() {
		HikariDataSource app = app(Database.H2);
		JdbcStateStore store = store(app);
		keys(30).forEach((key) -> store.putIfAbsent(key, new byte[1], Duration.ofMillis(1)));
		Awaitility.await().until(() -> expired(app) == 30);
		ExpiredRecordCleanup cleanup = new ExpiredRecordCleanup(store, Duration.ofMillis(500), 10, Duration.ZERO,
				List.of());
		cleanup.start();
		this.opened.add(0, cleanup::stop);
		List<Long> seen = new ArrayList<>();
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).until(() -> {
			seen.add(rows(app));
			return rows(app) == 0;
		});
		assertThat(seen).contains(20L, 10L);
	}

	@Test
	void failureIsLoggedWithoutDataAndTriedAgain(CapturedOutput output) {
		HikariDataSource app = app(Database.POSTGRESQL);
		JdbcStateStore store = store(app);
		JdbcTemplate jdbc = new JdbcTemplate(app);
		jdbc.execute("ALTER TABLE oauth2_state RENAME TO moved");
		started(store, 10);
		Awaitility.await().until(() -> output.getOut().contains("Cannot remove expired records"));
		assertThat(output).contains("REJECTED, org.postgresql.util.PSQLException, SQLState 42P01");
		jdbc.execute("ALTER TABLE moved RENAME TO oauth2_state");
		store.putIfAbsent(keys(1).get(0), new byte[1], Duration.ofMillis(1));
		Awaitility.await().until(() -> rows(app) == 0);
	}

	@Test
	void stopsWithTheApp() {
		ExpiredRecordCleanup cleanup = started(store(app(Database.H2)), 10);
		assertThat(cleanup.isRunning()).isTrue();
		cleanup.stop();
		assertThat(cleanup.isRunning()).isFalse();
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("oauth2-state-cleanup")));
	}

	private static int removeAll(JdbcStateStore store) {
		int total = 0;
		int removed;
		do {
			removed = store.removeExpired(50);
			total += removed;
		}
		while (removed > 0);
		return total;
	}

	private ExpiredRecordCleanup started(JdbcStateStore store, int batchSize) {
		ExpiredRecordCleanup cleanup = new ExpiredRecordCleanup(store, OFTEN, batchSize, Duration.ofSeconds(30),
				List.of());
		cleanup.start();
		this.opened.add(0, cleanup::stop);
		return cleanup;
	}

	private HikariDataSource app(Database database) {
		HikariDataSource app = TestStores.app(database);
		this.opened.add(0, app);
		return app;
	}

	private JdbcStateStore store(HikariDataSource app) {
		JdbcStateStore store = TestStores.create(app, Duration.ofSeconds(10));
		this.opened.add(0, store::destroy);
		return store;
	}

	private static long rows(HikariDataSource app) {
		return count(app, "SELECT count(*) FROM oauth2_state");
	}

	private static long expired(HikariDataSource app) {
		String now = switch (Database.of(app)) {
			case POSTGRESQL, H2 -> "CURRENT_TIMESTAMP";
			case MARIADB, MYSQL -> "UTC_TIMESTAMP(3)";
		};
		return count(app, "SELECT count(*) FROM oauth2_state WHERE expires_at <= " + now);
	}

	private static long count(HikariDataSource app, String sql) {
		Long count = new JdbcTemplate(app).queryForObject(sql, Long.class);
		return (count != null) ? count : -1;
	}

	private static List<StateKey> keys(int count) {
		return IntStream.range(0, count)
			.mapToObj((i) -> StateKey.of("app", "test", UUID.randomUUID().toString()))
			.toList();
	}

}
