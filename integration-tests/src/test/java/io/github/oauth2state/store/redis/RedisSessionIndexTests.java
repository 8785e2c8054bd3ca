package io.github.oauth2state.store.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.Logout;
import io.github.oauth2state.store.SessionIndexContract;
import io.github.oauth2state.store.redis.RedisConnections.AppRedisConnections;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisSessionIndex} on a real Redis.
 */
class RedisSessionIndexTests extends SessionIndexContract {

	/**
	 * In the year 5138.
	 */
	private static final String LATER = "99999999999999";

	private static RedisClient client;

	private static RedisStateStore store;

	private static SessionIndex index;

	private final RedisCommands<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE).sync();

	@BeforeAll
	static void connect() {
		TestRedis redis = TestRedis.instance();
		store = new RedisStateStore(
				RedisConnections.of(new LettuceConnectionFactory(redis.host(), redis.port()), Duration.ofSeconds(10)),
				"oauth2-state:");
		index = store.sessionIndex();
		client = RedisClient.create(redis.url());
	}

	@AfterAll
	static void disconnect() {
		store.destroy();
		client.shutdown();
	}

	@Override
	protected SessionIndex index() {
		return index;
	}

	@ParameterizedTest
	@MethodSource
	void entriesOfAnotherFormAreIgnored(String field, String value) {
		StateKey name = randomKey();
		StateKey session = add(NOON, name);
		write(name, field, value);
		assertThat(find(name)).containsExactly(session);
		assertThat(ids(logOut(name, NOON.minusSeconds(1)))).isEmpty();
		write(name, field, value);
		StateKey another = add(NOON, name);
		assertThat(ids(logOut(name, NOON))).containsExactlyInAnyOrder(session, another);
		index.remove(List.of(name), List.of(session, another));
		assertThat(find(name)).isEmpty();
	}

	static Stream<Arguments> entriesOfAnotherFormAreIgnored() {
		String id = "s" + "x".repeat(32);
		Stream<String> fields = Stream.of("", "s", "s" + "x".repeat(31), "s" + "x".repeat(33), "x" + "x".repeat(32));
		Stream<String> values = Stream.of("", ":", "::", "x", LATER, LATER + ":", LATER + ":1", LATER + ":x:", ":1:",
				LATER + ":1" + "0".repeat(15) + ":", LATER + ":" + "9".repeat(400) + ":", "-1:1:", "nan:nan:",
				"inf:inf:", LATER + ":1.5:", LATER + ":0x10:", LATER + ":--1:", LATER + ":1:" + "x".repeat(60_000_000));
		return Stream.concat(
				fields.map((field) -> Arguments.of(Named.of("field of " + field.length(), field), LATER + ":1:")),
				values.flatMap((value) -> Stream.of(id, "latest", "l" + "x".repeat(32))
					.filter((field) -> field.equals(id) || !value.matches("9{14}:[19].*"))
					.map((field) -> Arguments.of(Named.of("field of " + field.length(), field),
							Named.of("value of " + value.length(), value)))));
	}

	@Test
	void keyOfAnotherTypeIsOverwritten() {
		StateKey name = randomKey();
		this.redis.set(key(name), bytes("x"));
		assertThat(find(name)).isEmpty();
		this.redis.set(key(name), bytes("x"));
		assertThat(logOut(name, NOON)).isEqualTo(new Logout(false, List.of()));
		this.redis.set(key(name), bytes("x"));
		index.remove(List.of(name), List.of(randomKey()));
		StateKey session = add(NOON, name);
		assertThat(find(name)).containsExactly(session);
	}

	@Test
	void recordOfTheStoreUnderTheSameKeyStays() {
		StateKey name = randomKey();
		store.putIfAbsent(name, bytes("record"), MINUTE);
		StateKey session = add(NOON, name);
		assertThat(find(name)).containsExactly(session);
		index.remove(List.of(name), List.of(session));
		assertThat(store.find(name)).contains(bytes("record"));
	}

	@Test
	void keyExpiresWithItsLastEntry() {
		StateKey name = randomKey();
		add(NOON, name);
		assertThat(this.redis.pttl(key(name))).isBetween(30_000L, 60_000L);
		addFor(MINUTE.multipliedBy(10), NOON, name);
		assertThat(this.redis.pttl(key(name))).isBetween(570_000L, 600_000L);
		add(NOON, name);
		logOut(name, NOON);
		assertThat(this.redis.pttl(key(name))).isBetween(560_000L, 600_000L);
	}

	/**
	 * Of those that a user leaves behind who logs in again and again and never out.
	 */
	@Test
	void expiredSessionsAreRemovedWhileOthersAreAdded() {
		StateKey name = randomKey();
		List<StateKey> expired = IntStream.range(0, 1000)
			.mapToObj((i) -> addFor(Duration.ofMillis(1), NOON, name))
			.toList();
		StateKey live = add(NOON, name);
		Awaitility.await().until(() -> find(name).size() == 1);
		for (int i = 0; i < 200; i++) {
			add(NOON, name);
		}
		assertThat(this.redis.hlen(key(name))).isLessThan(expired.size());
		assertThat(find(name)).hasSize(201).contains(live).doesNotContainAnyElementsOf(expired);
	}

	/**
	 * Clients other than Lettuce.
	 */
	@Test
	void connectionsOfTheAppNeedNoPipeline() {
		LettuceConnectionFactory app = new LettuceConnectionFactory(TestRedis.instance().host(),
				TestRedis.instance().port());
		app.afterPropertiesSet();
		SessionIndex other = new RedisStateStore(new AppRedisConnections(app), "oauth2-state:").sessionIndex();
		List<StateKey> names = List.of(randomKey(), randomKey());
		assertThat(other.add(names, session(NOON), MINUTE)).isTrue();
		assertThat(ids(other.logOut(names.get(1), randomKey(), NOON, MINUTE))).isEqualTo(find(names.get(0)));
		assertThat(other.add(names, session(NOON), MINUTE)).isFalse();
		other.remove(names, find(names.get(0)));
		assertThat(find(names.get(0))).isEmpty();
		assertThat(find(names.get(1))).isEmpty();
		app.destroy();
	}

	private void write(StateKey name, String field, String value) {
		this.redis.hset(key(name), bytes(field), bytes(value));
	}

	private static byte[] key(StateKey name) {
		return ByteBuffer.allocate(46).put(bytes("oauth2-state:")).put(name.toByteArray()).put((byte) 's').array();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
