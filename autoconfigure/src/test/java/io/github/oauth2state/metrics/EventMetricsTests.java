package io.github.oauth2state.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.github.oauth2state.CleanupEvent;
import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.CodeEvent;
import io.github.oauth2state.CodeListener;
import io.github.oauth2state.CodeOutcome;
import io.github.oauth2state.CodeType;
import io.github.oauth2state.LoginListener;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventMetrics}: what is counted of logins, logouts, codes, refreshes
 * and the cleanup.
 */
class EventMetricsTests extends MetricsFixture {

	@Test
	void loginsAreCountedByTheirTags() {
		run((registry, context) -> {
			LoginListener listener = context.getBean(LoginListener.class);
			listener.onLoginEvent(event(LoginOutcome.COMPLETED, "keycloak", Duration.ofSeconds(3)));
			listener.onLoginEvent(event(LoginOutcome.COMPLETED, "keycloak", null));
			listener.onLoginEvent(event(LoginOutcome.EVICTED, null, null));
			assertThat(registry.get("oauth2.state.logins")
				.tags("outcome", "completed", "path", "shared", "registration", "keycloak", "store", "redis")
				.counter()
				.count()).isEqualTo(2);
			assertThat(registry.get("oauth2.state.logins").tags("registration", "unknown").counter().count()).isOne();
			Timer timer = registry.get("oauth2.state.login.duration").timer();
			assertThat(timer.count()).isOne();
			assertThat(timer.takeSnapshot().total()).isEqualTo(3e9);
		});
	}

	@Test
	void logoutsAndTheSessionsThatTheyEndAreCounted() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.logouts").counters()).isEmpty();
			LogoutListener listener = context.getBean(LogoutListener.class);
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, 2));
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.ENDED, 3));
			listener.onLogout(logout(LogoutKind.LOGOUT_TOKEN, LogoutOutcome.REFUSED, 0));
			listener.onLogout(logout(LogoutKind.OPERATOR, LogoutOutcome.MARKED, 0));
			assertThat(registry.get("oauth2.state.logouts").counters()).hasSize(3);
			assertThat(registry.get("oauth2.state.logouts")
				.tags("kind", "logout_token", "outcome", "ended")
				.counter()
				.count()).isEqualTo(2);
			assertThat(registry.get("oauth2.state.logouts")
				.tags("kind", "logout_token", "outcome", "refused")
				.counter()
				.count()).isOne();
			assertThat(registry.get("oauth2.state.logouts.sessions").tags("kind", "logout_token").counter().count())
				.isEqualTo(5);
			assertThat(registry.get("oauth2.state.logouts.sessions").tags("kind", "operator").counter().count())
				.isZero();
		});
	}

	@Test
	void codesAreCountedByTypeAndOutcomeAndNotByClient() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.codes").counters()).isEmpty();
			CodeListener listener = context.getBean(CodeListener.class);
			for (int i = 0; i < 200; i++) {
				listener.onCodeEvent(
						new CodeEvent(CodeOutcome.REDEEMED, CodeType.AUTHORIZATION_CODE, "client-" + i, "id-" + i));
			}
			listener.onCodeEvent(new CodeEvent(CodeOutcome.REUSED, CodeType.REFRESH_TOKEN, null, null));
			assertThat(registry.get("oauth2.state.codes").counters()).hasSize(2);
			assertThat(registry.get("oauth2.state.codes")
				.tags("type", "authorization_code", "outcome", "redeemed", "store", "redis")
				.counter()
				.count()).isEqualTo(200);
			assertThat(registry.get("oauth2.state.codes")
				.tags("type", "refresh_token", "outcome", "reused")
				.counter()
				.count()).isOne();
		});
	}

	@Test
	void codesNameTheStoreThatInstancesShareThoughLoginsAreInCookies() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new EventMetrics(registry, "cookie", "jdbc")
			.onCodeEvent(new CodeEvent(CodeOutcome.ISSUED, CodeType.AUTHORIZATION_CODE, "client", "id"));
		assertThat(registry.get("oauth2.state.codes").counter().getId().getTag("store")).isEqualTo("jdbc");
	}

	@Test
	void cleanupIsMeasuredFromItsFirstRun() {
		run((registry, context) -> {
			assertThat(registry.find("oauth2.state.pending").gauge()).isNull();
			CleanupListener listener = context.getBean(CleanupListener.class);
			listener.onCleanup(new CleanupEvent(5, Duration.ofMillis(20), null, 7, Duration.ofSeconds(90)));
			listener.onCleanup(new CleanupEvent(2, Duration.ofMillis(20), Reason.TIMEOUT, 0, Duration.ZERO));
			assertThat(registry.get("oauth2.state.cleanup").tags("outcome", "success").timer().count()).isOne();
			assertThat(registry.get("oauth2.state.cleanup").tags("outcome", "timeout").timer().count()).isOne();
			assertThat(registry.get("oauth2.state.cleanup.removed").counter().count()).isEqualTo(7);
			assertThat(registry.get("oauth2.state.pending").gauge().value()).isEqualTo(7);
			assertThat(registry.get("oauth2.state.cleanup.oldest.expired").timeGauge().value()).isEqualTo(90);
			listener.onCleanup(new CleanupEvent(0, Duration.ofMillis(20), null, 8, Duration.ZERO));
			assertThat(registry.get("oauth2.state.pending").gauge().value()).isEqualTo(8);
			assertThat(registry.get("oauth2.state.cleanup.oldest.expired").timeGauge().value()).isZero();
		});
	}

	@Test
	void waitsForNewTokensAreTimedByStrategyAndOutcome() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		EventMetrics metrics = new EventMetrics(registry, "redis", "redis");
		for (TokenRefreshOutcome outcome : TokenRefreshOutcome.values()) {
			metrics.onTokenRefresh(new TokenRefreshEvent(outcome, "early", "keycloak", true, Duration.ofMillis(30)));
		}
		assertThat(registry.get("oauth2.state.refresh").tag("strategy", "early").timers())
			.extracting((timer) -> timer.getId().getTag("outcome"))
			.hasSize(TokenRefreshOutcome.values().length)
			.contains("refreshed", "timed_out", "store_error");
		assertThat(
				registry.get("oauth2.state.refresh").tag("outcome", "shared").timer().totalTime(TimeUnit.MILLISECONDS))
			.isEqualTo(30);
	}

}
