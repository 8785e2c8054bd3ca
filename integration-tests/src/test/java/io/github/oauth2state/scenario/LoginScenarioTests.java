package io.github.oauth2state.scenario;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What users can do to a login, on two instances that share a store which can fail. What
 * attackers can do stands with {@link AttackTests}.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class LoginScenarioTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private final Stack stack;

	private final Cluster cluster;

	private final CountingStore store;

	private final IdentityProvider idp;

	private final Instance a;

	private final Instance b;

	private final Browser browser = Browser.overHttp();

	LoginScenarioTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
		this.store = this.cluster.store;
		this.idp = this.cluster.idp;
		this.a = this.cluster.a;
		this.b = this.cluster.b;
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
	}

	@Test
	void loginBegunOnOneInstanceFinishesOnAnother() {
		String callback = this.browser.begin(this.a, BEGIN);
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.status()).isEqualTo(302);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
		assertThat(this.idp.takeTokenCalls()).isOne();
		assertThat(this.store.takeOperations()).containsExactly("put", "take");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
	}

	@Test
	void beginningCreatesNoSession() {
		Browser.Page page = this.browser.open(this.a, BEGIN);
		assertThat(page.setsCookie(this.stack.sessionCookie())).isFalse();
		assertThat(this.a.takeSessionsCreated()).isZero();
	}

	@Test
	void twoTabsCompleteInEitherOrder() {
		for (boolean firstFirst : new boolean[] { true, false }) {
			Browser tabs = Browser.overHttp();
			String first = tabs.begin(this.a, BEGIN);
			String second = tabs.begin(this.b, BEGIN);
			tabs.open(this.b, firstFirst ? first : second);
			tabs.open(this.b, firstFirst ? second : first);
			assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.COMPLETED);
			assertThat(this.idp.takeTokenCalls()).isEqualTo(2);
			assertThat(tabs.isSignedIn(this.b)).isTrue();
		}
	}

	@Test
	void callbackWhileTheStoreIsDownIsRedirectedAndCanBeTriedAgain() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.store.setFailing(true);
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
		this.store.setFailing(false);
		this.browser.open(this.b, callback);
		assertThat(this.browser.isSignedIn(this.b)).isTrue();
	}

	@Test
	void beginWhileTheStoreIsDownGoesOnInTheSession() {
		this.store.setFailing(true);
		String callback = this.browser.begin(this.a, BEGIN);
		assertThat(this.browser.cookies().keySet()).containsExactly(this.stack.sessionCookie());
		assertThat(this.a.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR, LoginOutcome.FALLBACK);
		this.browser.open(this.a, callback);
		assertThat(this.browser.isSignedIn(this.a)).isTrue();
	}

	@Test
	void providerErrorReachesTheFailureHandlerAndItsReplayDoesNotBeginAnew() {
		String callback = this.browser.begin(this.a, BEGIN).replaceFirst("code=[^&]*", "error=access_denied");
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.PROVIDER_ERROR);
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void codeThatTheProviderRefusesIsAFailure() {
		String callback = this.browser.begin(this.a, BEGIN).replaceFirst("code=[^&]*", "code=wrong");
		assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		assertThat(this.b.takeEvents()).extracting(LoginEvent::outcome, LoginEvent::reason)
			.containsExactly(tuple(LoginOutcome.FAILED, "invalid_grant"));
	}

	/**
	 * WebFlux's client tells only that there was no answer to read.
	 */
	@Test
	void providerThatBreaksDownIsNamedWithWhatTheClientThrew() {
		String callback = this.browser.begin(this.a, BEGIN);
		this.idp.tokenCalls().fail(503);
		try {
			assertThat(this.browser.open(this.b, callback).location()).contains("/login?error");
		}
		finally {
			this.idp.tokenCalls().fail(0);
		}
		assertThat(this.b.takeEvents()).singleElement()
			.satisfies((event) -> assertThat(event.reason()).startsWith("invalid_token_response")
				.contains((this.stack == Stack.SERVLET) ? "HttpServerErrorException$ServiceUnavailable" : ""));
	}

	@Test
	void begunOnARestartedInstanceCompletes() {
		Instance shortLived = this.cluster.start();
		String callback = this.browser.begin(shortLived, BEGIN);
		shortLived.close();
		this.browser.open(this.a, callback);
		assertThat(this.browser.isSignedIn(this.a)).isTrue();
	}

}
