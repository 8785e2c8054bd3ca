package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.RedisSentinels;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisStateStore} where Sentinel promotes a replica, in an app that has
 * set nothing but the sentinels.
 */
@Timeout(120)
@Tag("full")
class RedisSentinelTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/**
	 * Far less than Lettuce's own 60 seconds, far more than a slow machine needs for the
	 * timeout of 2 seconds.
	 */
	private static final Duration BOUND = Duration.ofSeconds(10);

	private static final Duration RECOVERY = Duration.ofSeconds(40);

	/**
	 * As docs/configuration.md has it.
	 */
	private static final String USER = "user app on >secret ~oauth2-state:* " + RedisFailures.PERMISSIONS;

	private static RedisSentinels redis;

	private static RedisApp a;

	private static RedisApp b;

	@BeforeAll
	static void start() {
		redis = RedisSentinels.start(USER);
		a = startApp("spring.data.redis.username=app", "spring.data.redis.password=secret");
		b = startApp("spring.data.redis.lettuce.read-from=replica");
	}

	private static RedisApp startApp(String... properties) {
		return RedisApp.start(Stream
			.concat(Stream.of("spring.data.redis.sentinel.master=" + redis.name(),
					"spring.data.redis.sentinel.nodes=" + redis.addresses()), Stream.of(properties))
			.toArray(String[]::new)).connected();
	}

	@AfterAll
	static void stop() {
		a.close();
		b.close();
		redis.close();
	}

	/**
	 * Waits for the servers, then for the apps: what a test before this one did closes
	 * connections until the last server has its new role, and a call finds out.
	 */
	@BeforeEach
	void settle() {
		redis.awaitHealthy();
		awaitServed();
	}

	@Test
	void everyCallWorksAndOnlyOnTheMaster() {
		redis.servers().forEach((server) -> server.commands().configResetstat());
		for (RedisApp app : List.of(a, b)) {
			StateKey key = randomKey();
			assertThat(app.store().putIfAbsent(key, bytes(1), MINUTE)).isEmpty();
			assertThat(app.store().putIfAbsent(key, bytes(2), MINUTE)).contains(bytes(1));
			assertThat(app.store().find(key)).contains(bytes(1));
			assertThat(app.store().replace(key, bytes(1), bytes(3), MINUTE)).isTrue();
			assertThat(app.store().remove(key, bytes(1))).isFalse();
			assertThat(app.store().take(key)).contains(bytes(3));
			assertThat(app.store().find(key)).isEmpty();
		}
		RedisProcess master = redis.master();
		assertThat(redis.servers()).filteredOn((server) -> server != master)
			.hasSize(2)
			.allSatisfy(
					(replica) -> assertThat(replica.commands().info("commandstats")).doesNotContain("cmdstat_get:"));
	}

	@Test
	void killedMasterIsFollowedByAReplica() {
		RedisProcess master = redis.master();
		List<StateKey> pending = put(200);
		redis.awaitReplicated();
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			master.kill();
			redis.awaitOtherMaster(master);
			awaitServed();
			assertBounded(workload);
		}
		finally {
			master.start();
		}
		assertThat(pending).allSatisfy((key) -> assertThat(a.store().take(key)).isPresent());
		assertThat(pending).allSatisfy((key) -> assertThat(b.store().take(key)).isEmpty());
	}

	@Test
	void masterThatStopsAnsweringIsFollowedByAReplica() {
		RedisProcess master = redis.master();
		List<StateKey> pending = put(200);
		redis.awaitReplicated();
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			master.freeze();
			redis.awaitOtherMaster(master);
			awaitServed();
			assertBounded(workload);
		}
		finally {
			master.thaw();
		}
		assertThat(pending).allSatisfy((key) -> assertThat(a.store().take(key)).isPresent());
		assertThat(pending).allSatisfy((key) -> assertThat(b.store().take(key)).isEmpty());
	}

	@Test
	void masterThatStepsDownIsLeft() {
		RedisProcess master = redis.master();
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			redis.failover();
			redis.awaitOtherMaster(master);
			awaitServed();
			assertThat(workload.errors()).isEmpty();
			assertThat(workload.longest()).isLessThan(BOUND);
		}
	}

	private static void awaitServed() {
		for (RedisApp app : List.of(a, b)) {
			Awaitility.await()
				.atMost(RECOVERY)
				.ignoreExceptionsInstanceOf(StateStoreException.class)
				.until(() -> app.store().putIfAbsent(randomKey(), bytes(1), MINUTE).isEmpty());
		}
	}

	private static void awaitProgress(StoreWorkload workload) {
		int before = workload.done();
		Awaitility.await().atMost(RECOVERY).until(() -> workload.done() > before + 200);
	}

	private static void assertBounded(StoreWorkload workload) {
		System.out.println("Redis Sentinel, failover: " + workload.done() + " logins, " + workload.failures().size()
				+ " failures, longest call " + workload.longest().toMillis() + " ms");
		assertThat(workload.errors()).isEmpty();
		assertThat(workload.longest()).isLessThan(BOUND);
		assertThat(workload.failures()).isNotEmpty()
			.extracting(StateStoreException::getReason)
			.isSubsetOf(Reason.CONNECTION, Reason.TIMEOUT, Reason.AMBIGUOUS);
	}

	private static List<StateKey> put(int count) {
		return IntStream.range(0, count).mapToObj((i) -> {
			StateKey key = randomKey();
			a.store().putIfAbsent(key, key.toByteArray(), MINUTE);
			return key;
		}).toList();
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

	private static byte[] bytes(int value) {
		return new byte[] { (byte) value };
	}

}
