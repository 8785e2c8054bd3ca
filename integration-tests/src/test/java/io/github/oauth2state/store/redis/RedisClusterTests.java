package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.cluster.SlotHash;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.RedisNodes;
import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisStateStore} on Redis Cluster, in apps that have set nothing but
 * the nodes, and one of them a user.
 */
@Timeout(120)
@Tag("full")
class RedisClusterTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/**
	 * Far less than Lettuce's own 60 seconds, far more than a slow machine needs for the
	 * timeout of 2 seconds.
	 */
	private static final Duration BOUND = Duration.ofSeconds(10);

	private static final Duration RECOVERY = Duration.ofSeconds(30);

	/**
	 * As docs/configuration.md has it.
	 */
	private static final String USER = "user app on >secret ~oauth2-state:* " + RedisFailures.PERMISSIONS
			+ " +cluster|nodes +asking";

	private static RedisNodes cluster;

	private static RedisApp a;

	private static RedisApp b;

	@BeforeAll
	static void start() {
		cluster = RedisNodes.start(USER);
		a = startApp("spring.data.redis.username=app", "spring.data.redis.password=secret");
		b = startApp();
	}

	private static RedisApp startApp(String... properties) {
		return RedisApp
			.start(Stream
				.concat(Stream.of("spring.data.redis.cluster.nodes=" + cluster.addresses()), Stream.of(properties))
				.toArray(String[]::new))
			.connected();
	}

	@AfterAll
	static void stop() {
		a.close();
		b.close();
		cluster.close();
	}

	@AfterEach
	void awaitHealthy() {
		cluster.awaitHealthy();
	}

	@Test
	void everyCallWorksOnEverySlot() {
		everyCallWorksOnEverySlot(a.store());
		everyCallWorksOnEverySlot(a.reactiveStore());
	}

	private static void everyCallWorksOnEverySlot(StateStore store) {
		for (int i = 0; i < 100; i++) {
			StateKey key = randomKey();
			assertThat(store.putIfAbsent(key, bytes(1), MINUTE)).isEmpty();
			assertThat(store.putIfAbsent(key, bytes(2), MINUTE)).contains(bytes(1));
			assertThat(store.find(key)).contains(bytes(1));
			assertThat(store.replace(key, bytes(1), bytes(3), MINUTE)).isTrue();
			assertThat(store.remove(key, bytes(1))).isFalse();
			assertThat(store.remove(key, bytes(3))).isTrue();
			assertThat(store.putIfAbsent(key, bytes(4), MINUTE)).isEmpty();
			assertThat(store.take(key)).contains(bytes(4));
			assertThat(store.take(key)).isEmpty();
		}
	}

	@Test
	void sessionsAreIndexedOnEverySlot() {
		SessionIndex index = a.sessionIndex();
		for (int i = 0; i < 100; i++) {
			List<StateKey> names = List.of(randomKey(), randomKey());
			IndexedSession session = new IndexedSession(randomKey(), Instant.EPOCH, bytes(i));
			assertThat(index.add(names, session, MINUTE)).isTrue();
			for (StateKey name : names) {
				assertThat(b.sessionIndex().find(name)).extracting(IndexedSession::id).containsExactly(session.id());
			}
			StateKey logout = randomKey();
			assertThat(index.logOut(names.get(1), logout, Instant.EPOCH, MINUTE).sessions()).hasSize(1);
			index.remove(names, List.of(session.id()));
			assertThat(index.logOut(names.get(1), logout, Instant.EPOCH, MINUTE))
				.isEqualTo(new SessionIndex.Logout(true, List.of()));
			assertThat(index.add(names, session, MINUTE)).isFalse();
			assertThat(index.find(names.get(0))).isEmpty();
		}
	}

	@Test
	void killedMasterIsFollowedByItsReplica() {
		RedisProcess master = cluster.masters().get(0);
		RedisProcess witness = cluster.masters().get(2);
		List<StateKey> pending = put(200);
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			master.kill();
			awaitNewMaster(master, witness);
			awaitServed();
			assertBounded(workload);
		}
		finally {
			master.start();
		}
		assertTakenAtMostOnce(pending);
	}

	@Test
	void masterThatStopsAnsweringIsFollowedByItsReplica() {
		RedisProcess master = cluster.masters().get(1);
		RedisProcess witness = cluster.masters().get(2);
		List<StateKey> pending = put(200);
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			master.freeze();
			awaitNewMaster(master, witness);
			awaitServed();
			assertBounded(workload);
		}
		finally {
			master.thaw();
		}
		assertTakenAtMostOnce(pending);
	}

	@Test
	void movingSlotsIsNotNoticed() {
		List<RedisProcess> masters = cluster.masters();
		RedisProcess from = masters.get(0);
		RedisProcess to = masters.get(1);
		List<Integer> slots = cluster.slots(from).subList(0, 150);
		List<StateKey> pending = put(500);
		try (StoreWorkload workload = StoreWorkload.on(a.reactiveStore(), b.store())) {
			awaitProgress(workload);
			slots.forEach((slot) -> cluster.move(slot, from, to));
			awaitProgress(workload);
			assertThat(workload.failures()).isEmpty();
			assertThat(workload.errors()).isEmpty();
		}
		assertThat(pending).allSatisfy((key) -> {
			assertThat(b.reactiveStore().take(key)).contains(key.toByteArray());
			assertThat(a.store().take(key)).isEmpty();
		});
	}

	@Test
	void everyCallWorksOnASlotThatIsBeingMoved() {
		everyCallWorksOnASlotThatIsBeingMoved(a.store());
		everyCallWorksOnASlotThatIsBeingMoved(a.reactiveStore());
	}

	private static void everyCallWorksOnASlotThatIsBeingMoved(StateStore store) {
		List<RedisProcess> masters = cluster.masters();
		RedisProcess from = masters.get(1);
		RedisProcess to = masters.get(2);
		int slot = cluster.slots(from).get(0);
		StateKey stays = keyIn(slot);
		StateKey goes = keyIn(slot);
		store.putIfAbsent(stays, bytes(1), MINUTE);
		cluster.beginMove(slot, from, to);
		assertThat(store.putIfAbsent(goes, bytes(2), MINUTE)).isEmpty();
		assertThat(store.putIfAbsent(goes, bytes(3), MINUTE)).contains(bytes(2));
		assertThat(store.find(stays)).contains(bytes(1));
		assertThat(store.replace(stays, bytes(1), bytes(4), MINUTE)).isTrue();
		assertThat(store.replace(goes, bytes(2), bytes(5), MINUTE)).isTrue();
		assertThat(store.take(stays)).contains(bytes(4));
		assertThat(store.take(goes)).contains(bytes(5));
		cluster.finishMove(slot, from, to);
	}

	@Test
	void replicasAreNotAskedEvenIfTheAppReadsFromThem() {
		try (RedisApp app = startApp("spring.data.redis.lettuce.read-from=replica")) {
			cluster.replicas().forEach((replica) -> replica.commands().configResetstat());
			for (StateKey key : put(50)) {
				assertThat(app.store().find(key)).isPresent();
				assertThat(app.store().take(key)).isPresent();
				assertThat(app.store().find(key)).isEmpty();
			}
			assertThat(cluster.replicas()).hasSize(3)
				.allSatisfy((replica) -> assertThat(replica.commands().info("commandstats"))
					.doesNotContain("cmdstat_get:"));
		}
	}

	private static void awaitNewMaster(RedisProcess old, RedisProcess witness) {
		Awaitility.await().atMost(RECOVERY).until(() -> !cluster.isMaster(old, witness));
	}

	/**
	 * Waits until both apps are served on all slots, as often as chance would need to hit
	 * one that is not.
	 */
	private static void awaitServed() {
		Awaitility.await().atMost(RECOVERY).ignoreExceptionsInstanceOf(StateStoreException.class).until(() -> {
			for (StateKey key : put(100)) {
				b.store().take(key);
			}
			return true;
		});
	}

	private static void awaitProgress(StoreWorkload workload) {
		int before = workload.done();
		Awaitility.await().atMost(RECOVERY).until(() -> workload.done() > before + 200);
	}

	private static void assertBounded(StoreWorkload workload) {
		System.out.println("Redis Cluster, failover: " + workload.done() + " logins, " + workload.failures().size()
				+ " failures, longest call " + workload.longest().toMillis() + " ms");
		assertThat(workload.errors()).isEmpty();
		assertThat(workload.longest()).isLessThan(BOUND);
		assertThat(workload.failures()).isNotEmpty()
			.extracting(StateStoreException::getReason)
			.containsAnyOf(Reason.CONNECTION, Reason.TIMEOUT, Reason.AMBIGUOUS);
	}

	/**
	 * A replica may not have received what its master acknowledged last, but what it has
	 * it gives once.
	 */
	private static void assertTakenAtMostOnce(List<StateKey> keys) {
		long survived = keys.stream().filter((key) -> a.store().take(key).isPresent()).count();
		assertThat(survived).isPositive();
		assertThat(keys).allSatisfy((key) -> assertThat(b.store().take(key)).isEmpty());
	}

	private static List<StateKey> put(int count) {
		return IntStream.range(0, count).mapToObj((i) -> {
			StateKey key = randomKey();
			a.store().putIfAbsent(key, key.toByteArray(), MINUTE);
			return key;
		}).toList();
	}

	private static StateKey keyIn(int slot) {
		return Stream.generate(RedisClusterTests::randomKey)
			.filter((key) -> slotOf(key) == slot)
			.findFirst()
			.orElseThrow();
	}

	private static int slotOf(StateKey key) {
		byte[] prefix = "oauth2-state:".getBytes(StandardCharsets.UTF_8);
		return SlotHash
			.getSlot(ByteBuffer.allocate(prefix.length + StateKey.LENGTH).put(prefix).put(key.toByteArray()).array());
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

	private static byte[] bytes(int value) {
		return new byte[] { (byte) value };
	}

}
