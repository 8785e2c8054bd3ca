package io.github.oauth2state.store.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
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
import io.github.oauth2state.backends.TestDatabase;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What {@link JdbcStateStore} must do while a database or the way to it fails.
 */
@Timeout(120)
abstract class JdbcFailureContract {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	/**
	 * Far less than HikariCP's 30 seconds and the driver's endless wait, far more than a
	 * slow machine needs.
	 */
	private static final Duration BOUND = Duration.ofSeconds(7);

	private final TestDatabase server;

	private final String database;

	private final TcpProxy proxy;

	private final HikariDataSource appDirect;

	private final HikariDataSource appThroughProxy;

	private final JdbcStateStore direct;

	private final JdbcStateStore store;

	private final StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());

	JdbcFailureContract(TestDatabase server) {
		this.server = server;
		this.database = server.createDatabase();
		this.proxy = new TcpProxy(server.host(), server.port());
		this.appDirect = TestStores.pool(server, server.url(this.database));
		this.appThroughProxy = TestStores.pool(server, server.url(this.database, this.proxy.host(), this.proxy.port()));
		this.direct = TestStores.create(this.appDirect, Duration.ofSeconds(10));
		this.store = TestStores.create(this.appThroughProxy, TIMEOUT);
	}

	/**
	 * Returns whether the statement whose reply is lost has taken the record.
	 * @return {@code false} if another one follows
	 */
	boolean takesByOneStatement() {
		return true;
	}

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
	void takeWhoseReplyIsLostFailsInTime() {
		this.store.find(this.key);
		this.proxy.set(Mode.SWALLOW_REPLIES);
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
		assertThat(this.direct.find(this.key).isEmpty()).isEqualTo(takesByOneStatement());
		recovers();
	}

	@Test
	void takeWhoseConnectionBreaksIsAmbiguousAndNotSentAgain() {
		this.store.find(this.key);
		this.proxy.set(Mode.CUT_INSTEAD_OF_REPLY);
		assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.AMBIGUOUS);
		assertThat(this.direct.take(this.key).isEmpty()).isEqualTo(takesByOneStatement());
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
		try (Connection other = this.server.connect(this.database); Statement statement = other.createStatement()) {
			other.setAutoCommit(false);
			statement.execute("SELECT record_value FROM oauth2_state FOR UPDATE");
			assertThat(failure(() -> this.store.take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
			other.rollback();
		}
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void connectionsThatTheServerEndedAreReplaced() {
		this.store.find(this.key);
		this.server.endConnections(this.database);
		recovers();
		assertThat(this.store.take(this.key)).contains(bytes("value"));
	}

	@Test
	void errorOfTheServerIsARejectionThatCarriesNoData() {
		this.server.execute(this.database, "ALTER TABLE oauth2_state ADD CHECK (length(record_value) < 10)");
		StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());
		StateStoreException failure = failure(
				() -> this.store.putIfAbsent(other, bytes("a secret that must not leak"), Duration.ofMinutes(1)));
		assertThat(failure.getReason()).isEqualTo(Reason.REJECTED);
		assertThat(failure).hasMessage("The database refused putIfAbsent");
		assertThat(Throwables.getStackTrace(failure)).containsIgnoringCase("constraint")
			.doesNotContain("a secret", "6120736563726574", "\\x");
	}

	@Test
	void missingTableIsARejection() {
		this.server.execute(this.database, "DROP TABLE oauth2_state");
		assertThat(failure(() -> this.store.find(this.key)).getReason()).isEqualTo(Reason.REJECTED);
	}

	@Test
	void callsOfTheSessionIndexFailInTime() {
		SessionIndex index = this.store.sessionIndex();
		IndexedSession session = new IndexedSession(this.key, Instant.EPOCH, new byte[1]);
		Duration minute = Duration.ofMinutes(1);
		for (Runnable call : List.<Runnable>of(() -> index.add(List.of(this.key), session, minute),
				() -> index.find(this.key), () -> index.logOut(this.key, this.key, Instant.EPOCH, minute),
				() -> index.remove(List.of(this.key), List.of(this.key)))) {
			this.store.find(this.key);
			this.proxy.set(Mode.SWALLOW_REPLIES);
			assertThat(failure(call).getReason()).isEqualTo(Reason.TIMEOUT);
			this.proxy.set(Mode.REFUSE);
			Awaitility.await().untilAsserted(() -> assertThat(failure(call).getReason()).isEqualTo(Reason.CONNECTION));
			recovers();
		}
		assertThat(index.add(List.of(this.key), session, minute)).isFalse();
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
