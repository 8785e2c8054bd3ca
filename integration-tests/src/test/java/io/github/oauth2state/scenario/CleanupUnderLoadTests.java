package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins while several processes remove expired records from the same PostgreSQL table,
 * and one of them is killed at it. The system property {@code scale} multiplies the
 * records; from 100 on, it is a million of them and ten processes.
 */
@Timeout(1800)
@Tag("full")
class CleanupUnderLoadTests {

	private static final int EXPIRED = Scale.of(10_000);

	private static final int PROCESSES = Math.min(10, 2 + Scale.of(1));

	private static final int CYCLES = 2;

	private static final int MIN_LOGINS = 20;

	private final TestPostgres postgres = TestPostgres.instance();

	private final String database = this.postgres.createDatabase();

	private final List<JavaProcess> processes = new ArrayList<>();

	@AfterEach
	void stop() {
		this.processes.forEach(JavaProcess::close);
	}

	@Test
	void cleanupIsCompleteAndDisturbsNoLogin() {
		List<JavaProcess> all = new ArrayList<>();
		try (Instance a = startInstance(); Instance b = startInstance()) {
			// The first ones load classes
			logIns(a, b, () -> false);
			List<Duration> before = logIns(a, b, () -> false);
			List<Duration> during = new ArrayList<>();
			List<Long> sizes = new ArrayList<>();
			for (int cycle = 1; cycle <= CYCLES; cycle++) {
				startProcesses();
				all.addAll(this.processes);
				expire();
				long begun = System.nanoTime();
				sizes.add(number("SELECT pg_total_relation_size('oauth2_state')"));
				awaitProgress();
				this.processes.remove(0).kill();
				during.addAll(logIns(a, b, () -> remaining() > 0));
				report("cycle " + cycle + ": " + EXPIRED + " records removed in "
						+ Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms by " + PROCESSES
						+ " processes, one of which was killed; table and indexes " + sizes.get(cycle - 1) + " bytes");
				stopProcesses();
				// In the place of autovacuum, which comes when it likes
				this.postgres.execute(this.database, "VACUUM oauth2_state");
			}
			report("slowest of " + before.size() + " logins before: " + slowest(before) + ", of " + during.size()
					+ " during cleanup: " + slowest(during));
			assertThat(number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")).isZero();
			// A machine that is busy otherwise may be late, but nothing may be refused
			assertThat(all).extracting(JavaProcess::output).noneMatch((output) -> output.contains("REJECTED"));
			assertThat(sizes.get(CYCLES - 1)).isLessThan(sizes.get(0) * 5 / 4);
			assertThat(number("SELECT count(*) FROM oauth2_state")).isZero();
		}
	}

	private Instance startInstance() {
		List<String> properties = new ArrayList<>(storeProperties());
		properties.add("oauth2-state.jdbc.initialize-schema=always");
		properties.add("oauth2-state.jdbc.cleanup.enabled=false");
		properties.add(
				"spring.autoconfigure.exclude=org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration");
		return Instance.start(Cluster.shared().idp, null, properties);
	}

	private List<String> storeProperties() {
		return List.of("oauth2-state.store=jdbc", "oauth2-state.timeout=10s", "oauth2-state.jdbc.cleanup.interval=1s",
				"spring.datasource.url=" + this.postgres.url(this.database),
				"spring.datasource.username=" + this.postgres.username(),
				"spring.datasource.password=" + this.postgres.password());
	}

	/**
	 * Stores records that expire when all of them are there.
	 */
	private void expire() {
		this.postgres.execute(this.database, """
				INSERT INTO oauth2_state (record_key, record_value, expires_at)
				SELECT sha256((random()::text || i)::bytea), convert_to(repeat(md5(i::text), 14), 'UTF8'),
					statement_timestamp() - interval '1 second'
				FROM generate_series(1, %d) i""".formatted(EXPIRED));
	}

	private void startProcesses() {
		IntStream.range(0, PROCESSES).forEach((i) -> this.processes.add(CleaningProcess.start(storeProperties())));
		this.processes.forEach((process) -> process.awaitLine(CleaningProcess.READY));
	}

	private void stopProcesses() {
		this.processes.forEach(JavaProcess::abandon);
		this.processes.clear();
	}

	private void awaitProgress() {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> remaining() < EXPIRED);
	}

	private long remaining() {
		return number("SELECT count(*) FROM oauth2_state WHERE expires_at < now()");
	}

	private static List<Duration> logIns(Instance a, Instance b, BooleanSupplier more) {
		List<Duration> durations = new ArrayList<>();
		while (durations.size() < MIN_LOGINS || more.getAsBoolean()) {
			Browser browser = Browser.overHttp();
			long begun = System.nanoTime();
			Browser.Page answer = browser.open(b, browser.begin(a, "/oauth2/authorization/idp"));
			durations.add(Duration.ofNanos(System.nanoTime() - begun));
			assertThat(browser.isSignedIn(b)).as("%s, %s", answer, b.takeEvents()).isTrue();
		}
		return durations;
	}

	private static String slowest(List<Duration> durations) {
		return durations.stream().max(Duration::compareTo).orElseThrow().toMillis() + " ms";
	}

	private long number(String sql) {
		return this.postgres.queryNumber(this.database, sql);
	}

	private static void report(String line) {
		System.out.println("Cleanup: " + line);
	}

}
