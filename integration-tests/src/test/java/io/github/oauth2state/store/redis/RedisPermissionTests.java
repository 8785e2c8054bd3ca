package io.github.oauth2state.store.redis;

import java.time.Duration;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests that a Redis user needs no more than docs/configuration.md says.
 */
class RedisPermissionTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final StateKey KEY = StateKey.of("app", "test", "permissions");

	private final TestRedis redis = TestRedis.instance();

	@BeforeEach
	void createUser() {
		this.redis.commands()
			.aclSetuser("app",
					AclSetuserArgs.Builder.on()
						.addPassword("secret")
						.keyPattern("oauth2-state:*")
						.addCommand(CommandType.SET)
						.addCommand(CommandType.GET)
						.addCommand(CommandType.GETDEL)
						.addCommand(CommandType.GETRANGE)
						.addCommand(CommandType.EVAL)
						.addCommand(CommandType.DEL)
						.addCommand(CommandType.PING));
	}

	@AfterEach
	void deleteUser() {
		this.redis.commands().aclDeluser("app");
	}

	@Test
	void documentedPermissionsAreEnough() {
		assertThatAllCallsWork();
	}

	@Test
	void permissionsThatEarlierReleasesNeededAreEnough() {
		this.redis.commands().aclSetuser("app", AclSetuserArgs.Builder.removeCommand(CommandType.GETRANGE));
		assertThatAllCallsWork();
	}

	private void assertThatAllCallsWork() {
		RedisStateStore store = store("oauth2-state:");
		assertThat(store.find(KEY)).isEmpty();
		assertThat(store.putIfAbsent(KEY, new byte[1], MINUTE)).isEmpty();
		assertThat(store.putIfAbsent(KEY, new byte[1], MINUTE)).isPresent();
		assertThat(store.find(KEY)).isPresent();
		assertThat(store.replace(KEY, new byte[1], new byte[2], MINUTE)).isTrue();
		assertThat(store.remove(KEY, new byte[1])).isFalse();
		assertThat(store.take(KEY)).isPresent();
		assertThat(store.putIfAbsent(KEY, new byte[1], MINUTE)).isEmpty();
		assertThat(store.remove(KEY, new byte[1])).isTrue();
		store.destroy();
	}

	@Test
	void keysOfOthersAreRefused() {
		RedisStateStore store = store("other:");
		assertThatExceptionOfType(StateStoreException.class)
			.isThrownBy(() -> store.putIfAbsent(KEY, new byte[1], MINUTE))
			.satisfies((ex) -> assertThat(ex.getReason()).isEqualTo(StateStoreException.Reason.REJECTED));
		store.destroy();
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
