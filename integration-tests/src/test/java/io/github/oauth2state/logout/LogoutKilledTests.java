package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.scenario.Browser;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance that is killed while it handles a logout token.
 */
@Tag("full")
class LogoutKilledTests {

	private static final int SESSIONS = Scale.of(60);

	/**
	 * The provider had no answer, and sends the token again.
	 */
	@ParameterizedTest
	@EnumSource(names = { "REDIS", "INDEXED_REDIS", "POSTGRESQL", "REACTIVE_REDIS" })
	void sameTokenCompletesTheLogoutAtAnotherInstance(SetUp setUp) {
		LogoutCluster cluster = LogoutCluster.of(setUp);
		String alice = LogoutCluster.name("alice");
		Browser other = cluster.a.logIn(LogoutCluster.name("bob"));
		List<Browser> sessions = Stream.generate(() -> cluster.a.logIn(alice)).limit(SESSIONS).toList();
		String token = cluster.provider.logout().sub(alice).signed();
		try (TcpProxy farAway = SetUp.proxyTo(setUp.sessionsAreInRedis());
				LogoutInstance victim = LogoutInstance
					.start(setUp.propertiesThrough(farAway, setUp.sessionsAreInRedis()))) {
			// So slow that it cannot be done before all sessions were looked at once
			farAway.delay(Duration.ofMillis(200));
			CompletableFuture<?> unanswered = CompletableFuture.supplyAsync(() -> victim.send(token));
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.pollInterval(Duration.ofMillis(1))
				.until(() -> alive(cluster, sessions) < SESSIONS);
			victim.kill();
			assertThat(unanswered).failsWithin(Duration.ofMinutes(1));
		}
		assertThat(alive(cluster, sessions)).as("sessions that the killed instance left").isPositive();
		assertThat(cluster.b.send(token).statusCode()).isEqualTo(200);
		assertThat(alive(cluster, sessions)).isZero();
		assertThat(cluster.a.send(token).statusCode()).isEqualTo(400);
		assertThat(cluster.b.user(other)).isNotEmpty();
	}

	private static long alive(LogoutCluster cluster, List<Browser> sessions) {
		return sessions.stream().filter((browser) -> !cluster.b.user(browser).isEmpty()).count();
	}

}
