package io.github.oauth2state.store.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link RedisStateStore} while Redis or the way to it fails.
 */
@Timeout(60)
@Tag("full")
class RedisStateStoreFailureTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	/**
	 * Far less than Lettuce's own 60 seconds, far more than a slow machine needs.
	 */
	private static final Duration BOUND = Duration.ofSeconds(10);

	private final TestRedis redis = TestRedis.instance();

	private final TcpProxy proxy = new TcpProxy(this.redis.host(), this.redis.port());

	private final LettuceConnectionFactory appThroughProxy = factory(this.proxy.host(), this.proxy.port());

	private final LettuceConnectionFactory appDirect = factory(this.redis.host(), this.redis.port());

	private final RedisStateStore store = store(this.appThroughProxy, TIMEOUT);

	private final RedisStateStore direct = store(this.appDirect, Duration.ofSeconds(10));

	private final StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());

	private final StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(RedisStateStore store) {
		return store;
	}

	@BeforeEach
	void put() {
		this.direct.putIfAbsent(this.key, bytes("value"), Duration.ofMinutes(1));
	}

	@AfterEach
	void close() {
		this.store.destroy();
		this.direct.destroy();
		this.appThroughProxy.destroy();
		this.appDirect.destroy();
		this.proxy.close();
	}

	@Test
	void takeWhoseReplyIsLostFailsInTimeAndTheRecordIsGone() {
		called(this.store).find(this.key);
		this.proxy.set(Mode.SWALLOW_REPLIES);
		assertThat(failure(() -> called(this.store).take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
		assertThat(this.direct.find(this.key)).isEmpty();
		recovers();
	}

	@Test
	void takeWhoseConnectionBreaksIsAmbiguousAndNotSentAgain() {
		called(this.store).find(this.key);
		this.proxy.set(Mode.CUT_INSTEAD_OF_REPLY);
		assertThat(failure(() -> called(this.store).take(this.key)).getReason()).isEqualTo(Reason.AMBIGUOUS);
		assertThat(this.direct.find(this.key)).isEmpty();
		this.direct.putIfAbsent(this.key, bytes("again"), Duration.ofMinutes(1));
		recovers();
		assertThat(called(this.store).find(this.key)).contains(bytes("again"));
	}

	@Test
	void takeWhileDisconnectedFailsAndNeverRunsLater() {
		called(this.store).find(this.key);
		this.proxy.set(Mode.REFUSE);
		Awaitility.await()
			.untilAsserted(() -> assertThat(failure(() -> called(this.store).take(this.key)).getReason())
				.isEqualTo(Reason.CONNECTION));
		recovers();
		assertThat(called(this.store).take(this.key)).contains(bytes("value"));
	}

	@Test
	void takeByManyBeforeTheFirstConnectionFailsForAllInTimeAndNeverRunsLater() throws Exception {
		this.proxy.set(Mode.HOLD_REQUESTS);
		RedisStateStore cold = store(this.appThroughProxy, TIMEOUT);
		ExecutorService executor = Executors.newFixedThreadPool(16);
		List<Future<Reason>> reasons = IntStream.range(0, 16)
			.mapToObj((i) -> executor.submit(() -> failure(() -> called(cold).take(this.key)).getReason()))
			.toList();
		for (Future<Reason> reason : reasons) {
			assertThat(reason.get(30, TimeUnit.SECONDS)).isEqualTo(Reason.CONNECTION);
		}
		executor.shutdownNow();
		recovers();
		assertThat(called(cold).take(this.key)).contains(bytes("value"));
		cold.destroy();
	}

	@Test
	void connectionWhoseOtherEndIsGoneIsReplaced() {
		called(this.store).find(this.key);
		this.proxy.abandonOpenConnections();
		assertThat(failure(() -> called(this.store).take(this.key)).getReason()).isEqualTo(Reason.TIMEOUT);
		assertThat(called(this.store).take(this.key)).contains(bytes("value"));
	}

	@Test
	void connectionIsReplacedOnceForManyTimeouts() throws Exception {
		called(this.store).find(this.key);
		this.proxy.abandonOpenConnections();
		long before = connectionsReceived();
		ExecutorService executor = Executors.newFixedThreadPool(16);
		List<Future<Boolean>> calls = IntStream.range(0, 16).mapToObj((i) -> executor.submit(() -> {
			failure(() -> called(this.store).find(this.key));
			return called(this.store).find(this.key).isPresent();
		})).toList();
		for (Future<Boolean> call : calls) {
			assertThat(call.get(30, TimeUnit.SECONDS)).isTrue();
		}
		executor.shutdownNow();
		assertThat(connectionsReceived() - before).isLessThanOrEqualTo(2);
	}

	private long connectionsReceived() {
		return this.redis.statistic("stats", "total_connections_received");
	}

	@Test
	void takeFailsInTimeWhereNothingListens() {
		LettuceConnectionFactory nowhere = factory("localhost", 1);
		RedisStateStore store = store(nowhere, TIMEOUT);
		assertThat(failure(() -> called(store).take(this.key)).getReason()).isEqualTo(Reason.CONNECTION);
		store.destroy();
		nowhere.destroy();
	}

	@Test
	void serverThatIsFullIsAsIfItWereNotThere() {
		this.redis.commands().configSet("maxmemory", "1");
		try {
			StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());
			StateStoreException failure = failure(
					() -> called(this.store).putIfAbsent(other, bytes("secret"), Duration.ofMinutes(1)));
			assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION);
			assertThat(failure).hasStackTraceContaining("OOM");
			assertThat(failure).hasMessage("Redis did not answer putIfAbsent");
		}
		finally {
			this.redis.commands().configSet("maxmemory", "0");
		}
	}

	@Test
	void callAfterCloseFails() {
		called(this.store).find(this.key);
		this.store.destroy();
		assertThat(failure(() -> called(this.store).find(this.key)).getReason()).isEqualTo(Reason.CONNECTION);
	}

	@Test
	void closingTheStoreLeavesTheAppItsConnections() {
		called(this.store).find(this.key);
		this.store.destroy();
		assertThat(this.appThroughProxy.getConnection().ping()).isEqualTo("PONG");
	}

	/**
	 * The server has both commands although it answered neither.
	 */
	@Test
	void sessionIsAddedUnderAllItsNamesInOneRoundTrip() {
		called(this.store).find(this.key);
		this.proxy.set(Mode.SWALLOW_REPLIES);
		assertThat(failure(this::addSession).getReason()).isEqualTo(Reason.TIMEOUT);
		assertThat(this.direct.sessionIndex().find(this.key)).hasSize(1);
		assertThat(this.direct.sessionIndex().find(this.other)).hasSize(1);
		recovers();
	}

	@Test
	void addWhoseConnectionBreaksIsAmbiguous() {
		called(this.store).find(this.key);
		this.proxy.set(Mode.CUT_INSTEAD_OF_REPLY);
		assertThat(failure(this::addSession).getReason()).isEqualTo(Reason.AMBIGUOUS);
		recovers();
		addSession();
	}

	@Test
	void sessionsAreNotIndexedWhileDisconnected() {
		SessionIndex index = this.store.sessionIndex();
		called(this.store).find(this.key);
		this.proxy.set(Mode.REFUSE);
		for (StoreCall call : List.<StoreCall>of(this::addSession, () -> index.find(this.key),
				() -> index.logOut(this.key, this.other, Instant.EPOCH, Duration.ofMinutes(1)),
				() -> index.remove(List.of(this.key), List.of(this.other)))) {
			Awaitility.await().untilAsserted(() -> assertThat(failure(call).getReason()).isEqualTo(Reason.CONNECTION));
		}
		recovers();
		assertThat(index.find(this.key)).isEmpty();
		addSession();
	}

	private void addSession() {
		assertThat(this.store.sessionIndex()
			.add(List.of(this.key, this.other), new IndexedSession(this.key, Instant.EPOCH, new byte[1]),
					Duration.ofMinutes(1)))
			.isTrue();
	}

	private void recovers() {
		this.proxy.set(Mode.FORWARD);
		StateKey other = StateKey.of("app", "test", UUID.randomUUID().toString());
		Awaitility.await().ignoreExceptionsInstanceOf(StateStoreException.class).until(() -> {
			called(this.store).putIfAbsent(other, bytes("other"), Duration.ofMinutes(1));
			return called(this.store).find(other).isPresent();
		});
	}

	private static StateStoreException failure(StoreCall call) {
		long begun = System.nanoTime();
		StateStoreException failure = catchThrowableOfType(StateStoreException.class, call::run);
		assertThat(failure).isNotNull();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
		return failure;
	}

	private static RedisStateStore store(LettuceConnectionFactory app, Duration timeout) {
		return new RedisStateStore(RedisConnections.of(app, timeout), "oauth2-state:");
	}

	private static LettuceConnectionFactory factory(String host, int port) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(host, port);
		factory.afterPropertiesSet();
		return factory;
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * A call of a {@link StateStore}.
	 */
	private interface StoreCall {

		void run();

	}

}
