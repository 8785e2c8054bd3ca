package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.UUID;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TestCertificate;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link RedisStateStore} by TLS, as a user with the rights that
 * docs/configuration.md names. A proxy ends TLS, as not every Redis to be had can.
 */
@Timeout(60)
@Tag("full")
class RedisTlsTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final String USER = "tls";

	private static final String PASSWORD = "correct-horse";

	private static TestCertificate trusted;

	private static TestCertificate other;

	private static TcpProxy server;

	@BeforeAll
	static void start() {
		trusted = TestCertificate.create();
		other = TestCertificate.create();
		TestRedis redis = TestRedis.instance();
		server = new TcpProxy(redis.host(), redis.port(), trusted.sockets());
		redis.commands()
			.aclSetuser(USER,
					AclSetuserArgs.Builder.on()
						.addPassword(PASSWORD)
						.keyPattern("oauth2-state:*")
						.addCommand(CommandType.SET)
						.addCommand(CommandType.GET)
						.addCommand(CommandType.GETDEL)
						.addCommand(CommandType.GETRANGE)
						.addCommand(CommandType.EVAL)
						.addCommand(CommandType.DEL)
						.addCommand(CommandType.PING));
	}

	@AfterAll
	static void stop() {
		TestRedis.instance().commands().aclDeluser(USER);
		server.close();
	}

	@Test
	void everyCallWorks() {
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		try (RedisApp app = startApp(trusted, PASSWORD).connected()) {
			StateStore store = app.store();
			assertThat(store.putIfAbsent(key, new byte[1], MINUTE)).isEmpty();
			assertThat(store.putIfAbsent(key, new byte[2], MINUTE)).contains(new byte[1]);
			assertThat(store.find(key)).contains(new byte[1]);
			assertThat(store.replace(key, new byte[1], new byte[3], MINUTE)).isTrue();
			assertThat(store.remove(key, new byte[1])).isFalse();
			assertThat(store.take(key)).contains(new byte[3]);
		}
	}

	@Test
	void urlMayAskForTls() {
		try (RedisApp app = RedisApp
			.start("spring.data.redis.url=rediss://" + USER + ":" + PASSWORD + "@localhost:" + server.port(),
					"spring.data.redis.ssl.enabled=true", "spring.data.redis.ssl.bundle=redis",
					"spring.ssl.bundle.pem.redis.truststore.certificate=" + trusted.pem())
			.connected()) {
			assertThat(app.store().find(StateKey.of("app", "test", "absent"))).isEmpty();
		}
	}

	@Test
	void serverThatIsNotTrustedIsRefusedWithTheReason() {
		try (RedisApp app = startApp(other, PASSWORD)) {
			StateStoreException failure = failure(app.store());
			assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION);
			assertThat(failure).hasStackTraceContaining("SSLHandshakeException");
			assertNothingSecret(failure);
		}
	}

	@Test
	void serverThatWantsTlsRefusesAClientWithout() {
		try (RedisApp app = RedisApp.start("spring.data.redis.host=localhost",
				"spring.data.redis.port=" + server.port(), "spring.data.redis.username=" + USER,
				"spring.data.redis.password=" + PASSWORD)) {
			StateStoreException failure = failure(app.store());
			assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION);
			assertNothingSecret(failure);
		}
	}

	@Test
	void wrongPasswordIsRefused() {
		try (RedisApp app = startApp(trusted, PASSWORD + "-not")) {
			StateStoreException failure = failure(app.store());
			assertThat(failure.getReason()).isEqualTo(Reason.CONNECTION);
			assertThat(failure).hasStackTraceContaining("WRONGPASS");
			assertNothingSecret(failure);
		}
	}

	private static RedisApp startApp(TestCertificate trusted, String password) {
		return RedisApp.start("spring.data.redis.host=localhost", "spring.data.redis.port=" + server.port(),
				"spring.data.redis.username=" + USER, "spring.data.redis.password=" + password,
				"spring.data.redis.ssl.enabled=true", "spring.data.redis.ssl.bundle=redis",
				"spring.ssl.bundle.pem.redis.truststore.certificate=" + trusted.pem(), "oauth2-state.timeout=10s");
	}

	private static StateStoreException failure(StateStore store) {
		StateStoreException failure = catchThrowableOfType(StateStoreException.class,
				() -> store.take(StateKey.of("app", "test", "key")));
		assertThat(failure).isNotNull();
		return failure;
	}

	private static void assertNothingSecret(StateStoreException failure) {
		assertThat(Throwables.getStackTrace(failure)).doesNotContain(PASSWORD).doesNotContain("oauth2-state:");
	}

}
