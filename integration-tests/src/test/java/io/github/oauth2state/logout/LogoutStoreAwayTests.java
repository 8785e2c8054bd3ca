package io.github.oauth2state.logout;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.scenario.Browser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A store that cannot be reached when a logout token comes, with sessions elsewhere.
 */
@Tag("full")
class LogoutStoreAwayTests {

	@ParameterizedTest
	@CsvSource({ "OWN_WITH_REDIS, REFUSE", "OWN_WITH_REDIS, HOLD_REQUESTS", "OWN_WITH_POSTGRESQL, REFUSE",
			"OWN_WITH_POSTGRESQL, HOLD_REQUESTS", "POSTGRESQL_WITH_REDIS, REFUSE",
			"POSTGRESQL_WITH_REDIS, HOLD_REQUESTS", "REDIS_WITH_POSTGRESQL, REFUSE",
			"REDIS_WITH_POSTGRESQL, HOLD_REQUESTS", "REACTIVE_OWN_WITH_REDIS, REFUSE",
			"REACTIVE_OWN_WITH_REDIS, HOLD_REQUESTS", "REACTIVE_OWN_WITH_POSTGRESQL, HOLD_REQUESTS",
			"REACTIVE_REDIS_WITH_POSTGRESQL, REFUSE", "REACTIVE_REDIS_WITH_POSTGRESQL, HOLD_REQUESTS" })
	void providerIsToldToSendTheTokenAgainAndUsersGoOn(SetUp setUp, TcpProxy.Mode mode) {
		try (TcpProxy network = SetUp.proxyTo(setUp.storeIsRedis()); LogoutInstance app = start(setUp, network)) {
			String alice = LogoutCluster.name("alice");
			Browser first = app.logIn(alice + "/" + LogoutCluster.name("session"));
			Browser bob = app.logIn("bob");
			String token = LogoutProvider.shared().logout().sub(alice).signed();
			network.set(mode);
			HttpResponse<String> answer = app.send(token);
			assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
			assertThat(answer.body()).contains("temporarily_unavailable");
			for (int i = 0; i < 5; i++) {
				assertThat(app.user(first)).isEqualTo(alice);
				assertThat(app.user(bob)).isEqualTo("bob");
			}
			Browser meanwhile = app.logIn("carol");
			network.set(TcpProxy.Mode.FORWARD);
			assertThat(sendUntilTheStoreIsBack(app, token)).isIn((mode == TcpProxy.Mode.REFUSE) ? List.of(200)
					// Held commands may have been handled after all
					: List.of(200, 400));
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(app.user(first)).isEmpty());
			assertThat(app.user(bob)).isEqualTo("bob");
			assertThat(app.user(meanwhile)).isEqualTo("carol");
			assertThat(app.send(token).statusCode()).isEqualTo(400);
		}
	}

	private static LogoutInstance start(SetUp setUp, TcpProxy network) {
		List<String> properties = setUp.propertiesThrough(network, setUp.storeIsRedis());
		properties.addAll(List.of("oauth2-state.timeout=1s", "oauth2-state.on-store-failure=session"));
		return LogoutInstance.start(properties);
	}

	private static int sendUntilTheStoreIsBack(LogoutInstance app, String token) {
		return Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> app.send(token).statusCode(), (status) -> status != 503);
	}

}
