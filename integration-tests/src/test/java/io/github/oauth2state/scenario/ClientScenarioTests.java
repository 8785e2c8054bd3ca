package io.github.oauth2state.scenario;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Authorizing a client for a signed-in user, which Spring Security does in another filter
 * than login: it looks for a pending login on any URL, and has no failure handler.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class ClientScenarioTests {

	private final Stack stack;

	private final Cluster cluster;

	private final CountingStore store;

	private final IdentityProvider idp;

	private final Instance a;

	private final Instance b;

	private final Browser browser = Browser.overHttp();

	ClientScenarioTests(Stack stack) {
		this.stack = stack;
		this.cluster = Cluster.shared(stack);
		this.store = this.cluster.store;
		this.idp = this.cluster.idp;
		this.a = this.cluster.a;
		this.b = this.cluster.b;
	}

	@BeforeEach
	void signIn() {
		this.cluster.forget();
		this.browser.follow(this.b, "/oauth2/authorization/idp");
		this.cluster.forget();
	}

	@Test
	void clientBegunByAPageIsAuthorizedAndLeadsBackToIt() {
		String callback = this.browser.begin(this.b, "/client");
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.location()).startsWith("http://app.example/client");
		assertThat(this.store.takeOperations()).containsExactly("put", "find", "take");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		this.b.awaitClient();
		assertThat(this.browser.follow(this.b, page.location()).body()).isEqualTo("client of alice");
	}

	@Test
	void clientBegunOnAnotherInstanceIsAuthorized() {
		String session = this.browser.cookies().get(this.stack.sessionCookie());
		String callback = this.browser.begin(this.a, "/oauth2/authorization/api");
		// WebFlux deletes the cookie of a session that an instance does not know
		this.browser.cookies().put(this.stack.sessionCookie(), session);
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.status()).isEqualTo(302);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		this.b.awaitClient();
		assertThat(this.browser.open(this.b, "/client").body()).isEqualTo("client of alice");
	}

	@Test
	void replayLosesOnlyItsParameters() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		this.browser.open(this.b, callback);
		this.idp.takeTokenCalls();
		assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example/authorized/api");
		String elsewhere = callback.replaceFirst(".*\\?", "/page?keep=1&");
		assertThat(this.browser.open(this.b, elsewhere).location()).isEqualTo("http://app.example/page?keep=1");
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	@Test
	void lostCallbackBeginsAnew() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		this.store.tamper((value) -> new byte[] { 2, 3 });
		Browser.Page page = this.browser.open(this.b, callback);
		assertThat(page.location()).isEqualTo("http://app.example/oauth2/authorization/api");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.UNREADABLE);
		this.browser.follow(this.b, page.location());
		this.b.awaitClient();
	}

	@Test
	void callbackWhileTheStoreIsDownIsNoServerError() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		this.store.setFailing(true);
		assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example/authorized/api");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
	}

	@Test
	void callbackThatAnotherInstanceTakesMeanwhileLosesOnlyItsParameters() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		this.store.setLosing(true);
		assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example/authorized/api");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
	}

	@Test
	void callbackThatAnotherInstanceTakesMeanwhileIsABadRequestWithoutRecovery() {
		try (Instance c = this.cluster.start(List.of("oauth2-state.login.recovery=false"))) {
			this.browser.follow(c, "/oauth2/authorization/idp");
			String callback = this.browser.begin(c, "/oauth2/authorization/api");
			c.takeEvents();
			this.store.setLosing(true);
			assertThat(this.browser.open(c, callback).status()).isEqualTo(400);
			assertThat(c.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		}
	}

	@Test
	void providerErrorReachesTheAppAndItsReplayDoesNotBeginAnew() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api")
			.replaceFirst("code=[^&]*", "error=access_denied");
		assertThat(this.browser.open(this.b, callback).location()).contains(failurePage("access_denied"));
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.PROVIDER_ERROR);
		assertThat(this.browser.open(this.b, callback).location()).isEqualTo("http://app.example/authorized/api");
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
	}

	@Test
	void codeThatTheProviderRefusesIsAFailure() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api")
			.replaceFirst("code=[^&]*", "code=wrong");
		assertThat(this.browser.open(this.b, callback).location()).contains(failurePage("invalid_grant"));
		assertThat(this.b.takeEvents()).extracting(LoginEvent::outcome, LoginEvent::reason)
			.containsExactly(tuple(LoginOutcome.STARTED, null), tuple(LoginOutcome.FAILED, "invalid_grant"));
	}

	@Test
	void callbackOfAnotherBrowserIsNoCallback() {
		String callback = this.browser.begin(this.b, "/oauth2/authorization/api");
		this.store.takeOperations();
		Browser other = Browser.overHttp();
		other.follow(this.b, "/oauth2/authorization/idp");
		this.cluster.forgetCounts();
		assertThat(other.open(this.b, callback).body()).startsWith("authorized");
		assertThat(this.idp.takeTokenCalls()).isZero();
		assertThat(this.store.takeOperations()).isEmpty();
		assertThat(other.open(this.b, "/client").location()).contains("/oauth2/authorize");
	}

	/**
	 * Returns where Spring Security sends a user whose client is not authorized.
	 */
	private String failurePage(String error) {
		return (this.stack == Stack.SERVLET) ? "/authorized/api?error=" + error : "/login";
	}

}
