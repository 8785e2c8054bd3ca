package io.github.oauth2state.store.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.SessionIndex;
import io.github.oauth2state.store.SessionIndex.IndexedSession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that a Redis user needs no more than docs/configuration.md says.
 */
class RedisPermissionTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final StateKey KEY = StateKey.of("app", "test", "permissions");

	private static final IndexedSession SESSION = new IndexedSession(KEY, Instant.EPOCH, new byte[1]);

	private static final Set<CommandType> EARLIER = EnumSet.of(CommandType.SET, CommandType.GET, CommandType.GETRANGE,
			CommandType.GETDEL, CommandType.EVAL, CommandType.DEL, CommandType.PING);

	private final TestRedis redis = TestRedis.instance();

	@BeforeEach
	void createUser() {
		AclSetuserArgs user = AclSetuserArgs.Builder.on().addPassword("secret").keyPattern("oauth2-state:*");
		documented().forEach(user::addCommand);
		this.redis.commands().aclSetuser("app", user);
	}

	private static Stream<CommandType> documented() {
		return Arrays.stream(RedisFailures.PERMISSIONS.split(" "))
			.map((permission) -> CommandType.valueOf(permission.substring(1).toUpperCase(Locale.ROOT)));
	}

	@AfterEach
	void deleteUser() {
		this.redis.commands().aclDeluser("app");
		this.redis.flush();
	}

	@Test
	void documentedPermissionsAreEnough() {
		assertThat(Path.of("../docs/configuration.md")).content().contains("`" + RedisFailures.PERMISSIONS + "`");
		assertThatAllCallsWork();
		assertThatSessionsAreIndexed();
	}

	@Test
	void permissionsThatEarlierReleasesNeededAreEnoughForRecords() {
		this.redis.commands().aclSetuser("app", AclSetuserArgs.Builder.removeCommand(CommandType.GETRANGE));
		documented().filter((command) -> !EARLIER.contains(command)).forEach(this::forbid);
		assertThatAllCallsWork();
	}

	/**
	 * Otherwise the list is too long.
	 */
	@Test
	void sessionsNeedEachOfThePermissionsThatAreForThem() {
		RedisStateStore store = store("oauth2-state:");
		SessionIndex index = store.sessionIndex();
		documented().filter((command) -> !EARLIER.contains(command)).forEach((command) -> {
			forbid(command);
			assertThatExceptionOfType(StateStoreException.class).as(command.name()).isThrownBy(() -> {
				index.add(List.of(KEY), SESSION, MINUTE);
				index.logOut(KEY, KEY, SESSION.since(), MINUTE);
				index.remove(List.of(KEY), List.of(KEY));
			})
				.withMessageEndingWith(": grant its user " + RedisFailures.PERMISSIONS)
				.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(StateStoreException.Reason.REJECTED));
			this.redis.commands().aclSetuser("app", AclSetuserArgs.Builder.addCommand(command));
			this.redis.flush();
		});
		store.destroy();
	}

	private void forbid(CommandType command) {
		this.redis.commands().aclSetuser("app", AclSetuserArgs.Builder.removeCommand(command));
	}

	private void assertThatSessionsAreIndexed() {
		RedisStateStore store = store("oauth2-state:");
		SessionIndex index = store.sessionIndex();
		List<StateKey> names = List.of(KEY, StateKey.of("app", "test", "another"));
		assertThat(index.add(names, SESSION, MINUTE)).isTrue();
		assertThat(index.find(KEY)).hasSize(1);
		assertThat(index.logOut(KEY, KEY, SESSION.since(), MINUTE).sessions()).hasSize(1);
		index.remove(names, List.of(KEY));
		assertThat(index.add(names, SESSION, MINUTE)).isFalse();
		store.destroy();
	}

	private void assertThatAllCallsWork() {
		RedisStateStore store = store("oauth2-state:");
		assertThat(called(store).find(KEY)).isEmpty();
		assertThat(called(store).putIfAbsent(KEY, new byte[1], MINUTE)).isEmpty();
		assertThat(called(store).putIfAbsent(KEY, new byte[1], MINUTE)).isPresent();
		assertThat(called(store).find(KEY)).isPresent();
		assertThat(called(store).replace(KEY, new byte[1], new byte[2], MINUTE)).isTrue();
		assertThat(called(store).remove(KEY, new byte[1])).isFalse();
		assertThat(called(store).take(KEY)).isPresent();
		assertThat(called(store).putIfAbsent(KEY, new byte[1], MINUTE)).isEmpty();
		assertThat(called(store).remove(KEY, new byte[1])).isTrue();
		store.destroy();
	}

	@Test
	void keysOfOthersAreRefused() {
		RedisStateStore store = store("other:");
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> called(store).putIfAbsent(KEY, new byte[1], MINUTE))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(StateStoreException.Reason.REJECTED));
		store.destroy();
	}

	/**
	 * Returns the store as a caller of the other stack calls it.
	 */
	StateStore called(RedisStateStore store) {
		return store;
	}

	private RedisStateStore store(String keyPrefix) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(this.redis.host(),
				this.redis.port());
		configuration.setUsername("app");
		configuration.setPassword("secret");
		return new RedisStateStore(
				RedisConnections.of(new LettuceConnectionFactory(configuration), Duration.ofSeconds(10)), keyPrefix);
	}

}
