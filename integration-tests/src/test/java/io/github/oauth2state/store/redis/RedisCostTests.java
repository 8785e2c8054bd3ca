package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what {@link RedisStateStore} costs, as Redis itself counts.
 */
class RedisCostTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final TestRedis redis = TestRedis.instance();

	private final LettuceConnectionFactory app = new LettuceConnectionFactory(this.redis.host(), this.redis.port());

	private final RedisStateStore store = new RedisStateStore(RedisConnections.of(this.app, Duration.ofSeconds(10)),
			"oauth2-state:");

	private final StateStore called = called(this.store);

	private final StateKey key = randomKey();

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(RedisStateStore store) {
		return store;
	}

	@AfterEach
	void close() {
		this.store.destroy();
	}

	@Test
	void eachCallIsOneCommand() {
		this.called.find(this.key);
		assertThat(calls(() -> this.called.putIfAbsent(this.key, new byte[1], MINUTE))).isEqualTo(Map.of("set", 1));
		assertThat(calls(() -> this.called.find(this.key))).isEqualTo(Map.of("getrange", 1));
		assertThat(calls(() -> this.called.take(this.key))).isEqualTo(Map.of("getdel", 1));
		assertThat(calls(() -> this.called.take(this.key))).isEqualTo(Map.of("getdel", 1));
	}

	@Test
	void callsOnARecordThatIsThereAreOneRoundTripMore() {
		this.called.putIfAbsent(this.key, new byte[1], MINUTE);
		assertThat(calls(() -> this.called.putIfAbsent(this.key, new byte[1], MINUTE)))
			.isEqualTo(Map.of("set", 1, "getrange", 1));
	}

	@Test
	void comparingCallsAreOneRoundTripAndRunOnTheServer() {
		this.called.putIfAbsent(this.key, new byte[1], MINUTE);
		assertThat(calls(() -> this.called.replace(this.key, new byte[1], new byte[2], MINUTE)))
			.isEqualTo(Map.of("eval", 1, "get", 1, "set", 1));
		assertThat(calls(() -> this.called.remove(this.key, new byte[2])))
			.isEqualTo(Map.of("eval", 1, "get", 1, "del", 1));
	}

	/**
	 * Each command is one on the wire; those that a script runs are counted, too.
	 */
	@Test
	void callsOfTheSessionIndexAreOneCommandForEachName() {
		SessionIndex index = this.store.sessionIndex();
		StateKey other = randomKey();
		List<StateKey> names = List.of(this.key, other);
		IndexedSession session = session();
		this.called.find(this.key);
		assertThat(calls(() -> index.add(List.of(this.key), session, MINUTE)))
			.isEqualTo(Map.of("eval", 1, "hget", 1, "time", 1, "hset", 1, "pttl", 1, "pexpire", 1, "hrandfield", 1));
		assertThat(calls(() -> index.add(names, session, MINUTE))).containsEntry("eval", 2);
		assertThat(this.redis.statistic("stats", "total_connections_received")).isZero();
		assertThat(calls(() -> index.find(this.key))).isEqualTo(Map.of("eval", 1, "hget", 1, "time", 1, "hgetall", 1));
		assertThat(calls(() -> index.logOut(this.key, other, session.since(), MINUTE))).containsEntry("eval", 1)
			.containsEntry("hgetall", 1);
		assertThat(calls(() -> index.remove(names, List.of(session.id())))).isEqualTo(Map.of("eval", 2, "hdel", 2));
		assertThat(calls(() -> index.add(names, session, MINUTE))).containsEntry("eval", 3);
	}

	@Test
	void sessionsThatANameHasDoNotMakeAnotherOneCostMore() {
		SessionIndex index = this.store.sessionIndex();
		IntStream.range(0, 1000).forEach((i) -> index.add(List.of(this.key), session(), MINUTE));
		assertThat(calls(() -> index.add(List.of(this.key), session(), MINUTE))).containsEntry("hrandfield", 1)
			.doesNotContainKey("hgetall");
	}

	/**
	 * The value is as long as a sealed session id.
	 */
	@Test
	void aSessionTakesAtMost500BytesUnderAName() {
		SessionIndex index = this.store.sessionIndex();
		this.called.find(this.key);
		System.out.println("Redis: " + bytesPerSession(() -> index.add(List.of(this.key), session(), MINUTE))
				+ " bytes per session of a name that has 10,000");
		long alone = bytesPerSession(() -> index.add(List.of(randomKey()), session(), MINUTE));
		System.out.println("Redis: " + alone + " bytes per session of a name that has no other");
		assertThat(alone).isBetween(200L, 500L);
	}

	private long bytesPerSession(Runnable add) {
		int sessions = 10_000;
		this.redis.flush();
		long before = this.redis.usedMemory();
		IntStream.range(0, sessions).forEach((i) -> add.run());
		return (this.redis.usedMemory() - before) / sessions;
	}

	private static IndexedSession session() {
		byte[] value = new byte[90];
		new Random(42).nextBytes(value);
		return new IndexedSession(randomKey(), Instant.EPOCH, value);
	}

	@Test
	void aPendingLoginTakesAtMost750Bytes() {
		int records = 10_000;
		this.called.find(this.key);
		this.redis.flush();
		byte[] value = new byte[450];
		new Random(42).nextBytes(value);
		long before = this.redis.usedMemory();
		IntStream.range(0, records).forEach((i) -> this.called.putIfAbsent(randomKey(), value, MINUTE));
		long perRecord = (this.redis.usedMemory() - before) / records;
		System.out.println("Redis: " + perRecord + " bytes per record with a value of 450 bytes");
		assertThat(perRecord).isBetween(450L, 750L);
	}

	private Map<String, Integer> calls(Runnable work) {
		return this.redis.callsDuring(work);
	}

	private static StateKey randomKey() {
		return StateKey.of("app", "test", UUID.randomUUID().toString());
	}

}
