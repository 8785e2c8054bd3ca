package io.github.oauth2state.store.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import org.assertj.core.util.Throwables;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestPostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link JdbcStateStore} while PostgreSQL or the way to it fails.
 */
@Timeout(120)
class JdbcStateStoreFailureTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	/**
	 * Far less than HikariCP's 30 seconds and the driver's endless wait, far more than a
	 * slow machine needs.
	 */
	private static final Duration BOUND = Duration.ofSeconds(7);

	private final TestPostgres postgres = TestPostgres.instance();

	private final String database = this.postgres.createDatabase();

	private final TcpProxy proxy = new TcpProxy(this.postgres.host(), this.postgres.port());

	private final HikariDataSource appDirect = TestStores.postgres(this.postgres.url(this.database));

	private final HikariDataSource appThroughProxy = TestStores
		.postgres(this.postgres.url(this.database, this.proxy.host(), this.proxy.port()));

	private final JdbcStateStore direct = TestStores.create(this.appDirect, Duration.ofSeconds(10));

	private final JdbcStateStore store = TestStores.create(this.appThroughProxy, TIMEOUT);

	private final StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());

	@BeforeEach
	void put() {
		this.direct.putIfAbsent(this.key, bytes("value"), Duration.ofMinutes(10));
	}

	@AfterEach
	void close() {
		this.store.destroy();
		this.direct.destroy();
		this.appThroughProxy.close();
		this.appDirect.close();
		this.proxy.close();
	}

	@Test
	void takeWhoseReplyIsLostFailsInTimeAndTheRecordIsGone() {
		this.store.find(this.key);
		this.proxy.set(Mode.SWALLOW_REPLIES);
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
		assertThat(this.direct.find(this.key)).isEmpty();
		recovers();
	}

	@Test
	void takeWhoseConnectionBreaksIsAmbiguousAndNotSentAgain() {
		this.store.find(this.key);
		this.proxy.set(Mode.CUT_INSTEAD_OF_REPLY);
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.AMBIGUOUS);
		assertThat(this.direct.find(this.key)).isEmpty();
		this.direct.putIfAbsent(this.key, bytes("again"), Duration.ofMinutes(1));
		recovers();
		assertThat(this.store.find(this.key)).contains(bytes("again"));
	}

	@Test
	void takeWhileUnreachableFailsAndNeverRunsLater() {
		this.proxy.set(Mode.REFUSE);
		// The first may still find a connection in the pool that does not know yet
		failure(() -> this.store.take(this.key));
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.CONNECTION);
		recovers();
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void takeByManyBeforeTheFirstConnectionFailsForAllInTimeAndNeverRunsLater() throws Exception {
		this.proxy.set(Mode.HOLD_REQUESTS);
		ExecutorService executor = Executors.newFixedThreadPool(16);
		List<Future<Reason>> reasons = IntStream.range(0, 16)
			.mapToObj((i) -> executor.submit(() -> failure(() -> this.store.take(this.key)).getReason()))
			.toList();
		for (Future<Reason> reason : reasons) {
			assertThat(reason.get(60, TimeUnit.SECONDS)).isEqualTo(Reason.CONNECTION);
		}
		executor.shutdownNow();
		recovers();
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void takeWhoseRequestIsHeldUpFailsInTime() {
		this.store.find(this.key);
		this.proxy.set(Mode.HOLD_REQUESTS);
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
		recovers();
	}

	@Test
	void takeOfALockedRecordFailsInTimeAndNeverRunsLater() throws SQLException {
		try (Connection other = this.postgres.connect(this.database); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("LOCK TABLE oauth2_state IN ACCESS EXCLUSIVE MODE");
			assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
			other.rollback();
		}
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void connectionsThatTheServerEndedAreReplaced() {
		this.store.find(this.key);
		this.postgres.execute("postgres",
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + this.database + "'");
		recovers();
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void errorOfTheServerIsARejectionThatCarriesNoData() {
		this.postgres.execute(this.database, "ALTER TABLE oauth2_state ADD CHECK (length(record_value) < 10)");
		StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());
		StateStoreException failure = failure(
				() -> this.store.putIfAbsent(other, bytes("a secret that must not leak"), Duration.ofMinutes(1)));
		assertThat(failure.getReason()).isEqualTo(Reason.REJECTED);
		assertThat(failure).hasMessage("The database refused putIfAbsent");
		assertThat(failure).hasStackTraceContaining("check constraint");
		assertThat(Throwables.getStackTrace(failure)).doesNotContain("\\x");
	}

	@Test
	void missingTableIsARejection() {
		this.postgres.execute(this.database, "DROP TABLE oauth2_state");
		assertThat(failure(() -> this.store.find(this.key)).getReason()).isEqualTo(Reason.REJECTED);
	}

	@Test
	void callAfterCloseFails() {
		this.store.destroy();
		assertThat(failure(() -> this.store.find(this.key)).getReason()).isEqualTo(Reason.CONNECTION);
	}

	private void recovers() {
		this.proxy.set(Mode.FORWARD);
		StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());
		Awaitility.await().ignoreExceptionsInstanceOf(StateStoreException.class).until(() -> {
			this.store.putIfAbsent(other, bytes("other"), Duration.ofMinutes(1));
			return this.store.find(other).isPresent();
		});
	}

	private static StateStoreException failure(Runnable call) {
		long begun = System.nanoTime();
		StateStoreException failure = catchThrowableOfType(StateStoreException.class, call::run);
		assertThat(failure).isNotNull();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
		return failure;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
