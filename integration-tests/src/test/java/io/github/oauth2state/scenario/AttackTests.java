package io.github.oauth2state.scenario;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds whatever is tried, through real HTTP, on two instances that share a real
 * store: the answer is a redirect within the app or a refusal, the library makes no
 * session, the token endpoint is not called, and the rightful login can still be
 * completed.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
abstract class AttackTests {

	static final String APP = "https://app.example";

	static final String BEGIN = "/oauth2/authorization/idp";

	static final String CALLBACK = "/login/oauth2/code/idp";

	final Stack stack;

	final RealCluster cluster;

	final Instance a;

	final Instance b;

	final Browser browser = Browser.overHttps();

	AttackTests(Deployment deployment) {
		this.stack = deployment.stack;
		this.cluster = deployment.cluster();
		this.a = this.cluster.a;
		this.b = this.cluster.b;
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
	}

	VictimLogin begin() {
		return VictimLogin.begin(this.browser, this.a);
	}

	/**
	 * Tries something that must come to nothing.
	 */
	Browser.Page attack(Supplier<Browser.Page> attempt) {
		this.cluster.forgetCounts();
		Browser.Page page = attempt.get();
		assertComesToNothing(page);
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		return page;
	}

	void assertComesToNothing(Browser.Page page) {
		assertThat(page.status()).as("status of %s", page).isBetween(300, 499);
		if (page.location() != null) {
			URI location = URI.create(page.location());
			assertThat(location.getScheme() + "://" + location.getAuthority()).isEqualTo(APP);
			assertThat(page.location()).doesNotContain("code=", "state=");
		}
		assertThat(Stream.of(this.a, this.b).flatMap((instance) -> instance.takeSessionCreators().stream()))
			.noneMatch((creator) -> creator.startsWith("io.github.oauth2state")
					|| creator.endsWith("AuthorizationRequestRepository"));
	}

	/**
	 * Tries something that must not even cost a call of the store.
	 */
	Browser.Page attackWithoutStoreCall(Supplier<Browser.Page> attempt) {
		AtomicReference<Browser.Page> page = new AtomicReference<>();
		int calls = this.cluster.records.callsDuring(() -> page.set(attack(attempt)));
		assertThat(calls).as("calls of the store").isZero();
		return page.get();
	}

	void assertCompletes(VictimLogin login) {
		this.cluster.forgetCounts();
		Browser.Page page = login.browser().open(this.b, login.callback());
		assertThat(page.status()).as("status of %s", page).isEqualTo(302);
		assertThat(this.b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		assertThat(login.browser().signedInAs(this.b)).isEqualTo("alice");
		assertThat(this.cluster.idp.takeTokenCalls()).isOne();
	}

	/**
	 * Follows an answer that leads the browser to log in anew.
	 */
	void assertBeginsAnew(Browser browser, Browser.Page page) {
		assertThat(page.location()).isEqualTo(APP + BEGIN);
		assertThat(page.setsCookie(this.stack.sessionCookie())).isFalse();
		assertThat(browser.follow(this.b, page.location()).body()).endsWith("alice");
	}

	/**
	 * Gives what an instance told about logins since the last attack began.
	 */
	List<LoginOutcome> outcomes() {
		return this.b.takeOutcomes();
	}

}
