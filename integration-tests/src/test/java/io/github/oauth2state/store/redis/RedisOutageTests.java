package io.github.oauth2state.store.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what {@link RedisStateStore} makes of a server that goes down, slows down or
 * becomes a replica, and comes back.
 */
@Timeout(60)
@Tag("full")
class RedisOutageTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	/**
	 * Far less than Lettuce's own 60 seconds, far more than a slow machine needs.
	 */
	private static final Duration BOUND = Duration.ofSeconds(10);

	private static RedisProcess redis;

	private TcpProxy proxy;

	private RedisApp app;

	private StateStore store;

	@BeforeAll
	static void startRedis() {
		redis = RedisProcess.server("appendonly yes", "appendfsync always");
	}

	@AfterAll
	static void stopRedis() {
		redis.close();
	}

	@BeforeEach
	void start() {
		this.proxy = new TcpProxy(redis.host(), redis.port());
		this.app = RedisApp.start("spring.data.redis.host=" + this.proxy.host(),
				"spring.data.redis.port=" + this.proxy.port(), "oauth2-state.timeout=" + TIMEOUT.toMillis() + "ms");
		this.store = called(this.app.connected());
	}

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(RedisApp app) {
		return app.store();
	}

	@AfterEach
	void stop() {
		this.app.close();
		this.proxy.close();
	}

	@Test
	void recordsSurviveAKilledServerThatWritesToDisk() {
		StateKey pending = put();
		StateKey taken = put();
		this.store.take(taken);
		redis.kill();
		assertUnreachable();
		redis.start();
		awaitServed();
		assertThat(this.store.take(pending)).isPresent();
		assertThat(this.store.take(taken)).isEmpty();
	}

	@Test
	void recordsAreAbsentAfterAKilledServerThatDoesNot() {
		StateKey pending = put();
		redis.kill();
		redis.wipe();
		redis.start();
		awaitServed();
		assertThat(this.store.take(pending)).isEmpty();
	}

	/**
	 * Lettuce alone waits longer and longer between two attempts, up to half a minute.
	 */
	@Test
	void firstCallAfterALongOutageIsServed() {
		StateKey pending = put();
		redis.kill();
		long end = System.nanoTime() + TIMEOUT.multipliedBy(4).toNanos();
		Awaitility.await().atMost(MINUTE).until(() -> {
			assertUnreachable();
			return System.nanoTime() > end;
		});
		redis.start();
		assertThat(this.store.take(pending)).isPresent();
	}

	@Test
	void replicaRefusesUntilItIsPromoted() {
		StateKey pending = put();
		redis.commands().replicaof(redis.host(), 1);
		try {
			StateStoreException failure = failure(() -> this.store.take(pending));
			assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION);
			assertThat(failure).hasStackTraceContaining("READONLY");
		}
		finally {
			redis.commands().replicaofNoOne();
		}
		assertThat(this.store.take(pending)).isPresent();
	}

	/**
	 * As with a managed Redis, whose name leads to another server after a failover while
	 * connections to the old one stay.
	 */
	@Test
	void masterThatBecameAReplicaIsLeftForTheOneThatTookItsName() {
		try (RedisProcess promoted = RedisProcess.server()) {
			this.proxy.redirect(promoted.host(), promoted.port());
			redis.commands().replicaof(promoted.host(), promoted.port());
			Awaitility.await().ignoreExceptionsInstanceOf(StateStoreException.class).until(() -> put() != null);
			assertThat(promoted.commands().dbsize()).isPositive();
		}
		finally {
			redis.commands().replicaofNoOne();
		}
	}

	@Test
	void fullServerRefusesNewRecordsAndGivesThoseThatItHas() {
		StateKey pending = put();
		redis.commands().configSet("maxmemory", "1");
		try {
			assertThat(failure(this::put).getReason()).isEqualTo(Reason.CONNECTION);
			assertThat(this.store.take(pending)).isPresent();
		}
		finally {
			redis.commands().configSet("maxmemory", "0");
		}
		assertThat(put()).isNotNull();
	}

	@Test
	void replyJustInTimeIsAnAnswer() {
		StateKey pending = put();
		pause(TIMEOUT.dividedBy(2));
		assertThat(this.store.take(pending)).isPresent();
	}

	@Test
	void commandWhoseReplyWouldBeTooLateIsNotRunLater() {
		StateKey pending = put();
		pause(TIMEOUT.multipliedBy(4));
		assertThat(failure(() -> this.store.take(pending)).getReason()).isEqualTo(Reason.TIMEOUT);
		awaitServed();
		assertThat(this.store.take(pending)).isPresent();
	}

	@Test
	void stallCostsNeitherThreadsNorConnections() throws Exception {
		put();
		int connections = connections();
		this.proxy.set(Mode.HOLD_REQUESTS);
		ExecutorService callers = Executors.newFixedThreadPool(16);
		long end = System.nanoTime() + TIMEOUT.multipliedBy(3).toNanos();
		List<CompletableFuture<Void>> stalled = IntStream.range(0, 16)
			.mapToObj((i) -> CompletableFuture.runAsync(() -> {
				while (System.nanoTime() < end) {
					assertThat(failure(this::put).getReason()).isIn(Reason.TIMEOUT, Reason.CONNECTION,
							Reason.AMBIGUOUS);
				}
			}, callers))
			.toList();
		CompletableFuture.allOf(stalled.toArray(CompletableFuture[]::new)).get(40, TimeUnit.SECONDS);
		callers.shutdownNow();
		this.proxy.set(Mode.FORWARD);
		awaitServed();
		Awaitility.await().untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(connections));
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.filteredOn((name) -> name.equals("oauth2-state-redis-connect"))
			.hasSizeLessThanOrEqualTo(1);
	}

	@Test
	void callFailsInTimeWhereConnectionsAreNotAccepted() throws Exception {
		List<Socket> waiting = new ArrayList<>();
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			while (fits(full, waiting)) {
				assertThat(waiting).hasSizeLessThan(100);
			}
			try (RedisApp nowhere = RedisApp.start("spring.data.redis.host=127.0.0.1",
					"spring.data.redis.port=" + full.getLocalPort(), "oauth2-state.timeout=500ms")) {
				assertThat(failure(() -> called(nowhere).take(StateKey.of("app", "test", "key"))).getReason())
					.isEqualTo(Reason.CONNECTION);
			}
		}
		for (Socket socket : waiting) {
			socket.close();
		}
	}

	/**
	 * Tells whether the operating system still takes connections that nobody accepts.
	 */
	private static boolean fits(ServerSocket server, List<Socket> waiting) {
		try {
			Socket socket = new Socket();
			waiting.add(socket);
			socket.connect(server.getLocalSocketAddress(), 200);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static void pause(Duration duration) {
		redis.commands().clientPause(duration.toMillis());
	}

	/**
	 * Returns how many connections the server has, without Lettuce's own of this test.
	 */
	private static int connections() {
		return redis.commands().clientList().split("\n").length;
	}

	private StateKey put() {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		assertThat(this.store.putIfAbsent(key, key.toByteArray(), MINUTE)).isEmpty();
		return key;
	}

	private void assertUnreachable() {
		assertThat(failure(this::put).getReason()).isIn(Reason.CONNECTION, Reason.TIMEOUT, Reason.AMBIGUOUS);
	}

	private void awaitServed() {
		Awaitility.await()
			.atMost(MINUTE)
			.ignoreExceptionsInstanceOf(StateStoreException.class)
			.until(() -> put() != null);
	}

	private static StateStoreException failure(Runnable call) {
		long begun = System.nanoTime();
		StateStoreException failure = catchThrowableOfType(StateStoreException.class, call::run);
		assertThat(failure).isNotNull();
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
		return failure;
	}

}
