package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.tiers.Scale;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Logins that take too long, and what many of them that never end cost.
 */
@Tag("full")
class ExpiryTests extends AttackTests {

	private static final int TTL = 600;

	private static final int NEVER_COMPLETED = Scale.of(1000);

	private static final int MAX_BYTES = 750;

	private static final int REQUESTS = Scale.of(300);

	ExpiryTests(Deployment deployment) {
		super(deployment);
	}

	@Test
	void callbackThatIsASecondLateBeginsAnew() {
		VictimLogin login = begin();
		this.cluster.records.expireAll();
		login.shift(-TTL - 1);
		Browser.Page page = attack(() -> this.browser.open(this.b, login.callback()));
		assertThat(outcomes()).containsExactly(LoginOutcome.EXPIRED);
		assertBeginsAnew(this.browser, page);
		assertThat(this.browser.cookies().keySet()).noneMatch((name) -> name.contains("-retry-"));
	}

	@Test
	void loginExpiresByTheClockOfTheStore() {
		try (Instance brief = this.cluster.start(List.of("oauth2-state.login.ttl=1s"))) {
			VictimLogin login = VictimLogin.begin(this.browser, brief);
			String elsewhere = login.callback().replaceFirst(".*\\?", "/page?");
			Awaitility.await().until(() -> {
				this.browser.send(brief, elsewhere, null);
				return brief.takeOutcomes().contains(LoginOutcome.EXPIRED);
			});
			this.cluster.forgetCounts();
			Browser.Page page = this.browser.open(brief, login.callback());
			assertThat(brief.takeOutcomes()).containsExactly(LoginOutcome.EXPIRED);
			assertThat(this.cluster.idp.takeTokenCalls()).isZero();
			assertBeginsAnew(this.browser, page);
		}
	}

	/**
	 * The time in the cookie is that of the instance which began the login.
	 */
	@ParameterizedTest
	@ValueSource(ints = { -3600, -TTL - 1, 3600, 86_400 })
	void loginCompletesHoweverFarTheClocksOfInstancesAreApart(int seconds) {
		VictimLogin login = begin();
		login.shift(seconds);
		assertCompletes(login);
	}

	@Test
	void loginsThatNeverEndAreSmallAndGo() {
		long before = this.cluster.records.bytes();
		for (int i = 0; i < NEVER_COMPLETED; i++) {
			assertThat(Browser.overHttps().open(this.a, BEGIN).setCookies()).hasSize(1);
		}
		assertThat(this.cluster.records.size()).isEqualTo(NEVER_COMPLETED);
		assertThat((this.cluster.records.bytes() - before) / NEVER_COMPLETED).isLessThanOrEqualTo(MAX_BYTES);
		assertThat(this.a.takeSessionsCreated()).isZero();
		this.cluster.records.expireAll();
		try (Instance cleaning = this.cluster
			.start(List.of("oauth2-state.jdbc.cleanup.enabled=true", "oauth2-state.jdbc.cleanup.interval=1s"))) {
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.untilAsserted(() -> assertThat(this.cluster.records.size()).isZero());
		}
	}

	@Test
	void floodOfCallbacksOnArbitraryUrlsCostsNoStoreCall() {
		VictimLogin login = begin();
		List<String> paths = List.of("/", "/page", CALLBACK, "/login/oauth2/code/nobody", "/authorized/api", "/error");
		int calls = this.cluster.records.callsDuring(() -> {
			for (int i = 0; i < REQUESTS; i++) {
				String url = paths.get(i % paths.size()) + ((i % 2 == 0) ? "?code=1" : "?error=denied");
				this.browser.send(this.b, url + "&state=made-up-" + i, null);
			}
		});
		assertThat(calls).isZero();
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		assertCompletes(login);
	}

	@Test
	void callbacksThatAreLostAgainAndAgainEndWithoutSession() {
		for (int i = 0; i < 3; i++) {
			VictimLogin login = begin();
			this.cluster.records.clear();
			Browser.Page page = attack(() -> this.browser.open(this.b, login.callback()));
			assertThat(page.location()).isEqualTo(APP + BEGIN);
		}
		VictimLogin login = begin();
		this.cluster.records.clear();
		Browser.Page page = attack(() -> this.browser.open(this.b, login.callback()));
		assertThat(page.status()).isEqualTo(400);
		assertThat(page.body()).contains("href=\"" + BEGIN + "\"");
		assertThat(page.setsCookie(this.stack.sessionCookie())).isFalse();
		assertCompletes(begin());
	}

}
