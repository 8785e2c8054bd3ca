package io.github.oauth2state.scenario;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances that share nothing but a key.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(120)
class CookieOnlyTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final String OLD = Keys.random("old");

	private static final String NEW = Keys.random("new");

	private static Instance a;

	private static Instance b;

	private final Browser browser = Browser.overHttps();

	private final Stack stack;

	CookieOnlyTests(Stack stack) {
		this.stack = stack;
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		a = start(stack, OLD);
		b = start(stack, NEW + "," + OLD);
	}

	private static Instance start(Stack stack, String keys) {
		return KeptIn.COOKIE.start(stack,
				List.of("oauth2-state.cookie.keys=" + keys, "management.endpoints.web.exposure.include=*"));
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		a.close();
		b.close();
	}

	@BeforeEach
	void forget() {
		a.takeEvents();
		b.takeEvents();
		a.takeSessionsCreated();
		Cluster.shared().idp.takeTokenCalls();
	}

	@Test
	void thereIsNoStore() {
		assertThat(a.context().getBeansOfType(StateStore.class)).isEmpty();
	}

	@Test
	void loginBegunOnOneInstanceFinishesOnAnother() {
		String callback = this.browser.begin(a, BEGIN);
		assertThat(a.takeSessionsCreated()).isZero();
		this.browser.open(b, callback);
		assertThat(this.browser.isSignedIn(b)).isTrue();
		assertThat(b.takeEvents()).singleElement().satisfies((event) -> {
			assertThat(event.outcome()).isEqualTo(LoginOutcome.COMPLETED);
			assertThat(event.path()).isEqualTo(LoginPath.COOKIE);
			assertThat(event.sinceBegin()).isNotNull();
		});
	}

	@Test
	void clientIsAuthorizedAsWell() {
		this.browser.follow(b, "/");
		this.browser.open(b, this.browser.begin(b, BEGIN));
		assertThat(this.browser.follow(b, "/client").body()).isEqualTo("client of alice");
	}

	@Test
	void severalTabsFinishInAnyOrder() {
		List<String> callbacks = List.of(this.browser.begin(a, BEGIN), this.browser.begin(b, BEGIN),
				this.browser.begin(a, BEGIN));
		for (int i : new int[] { 1, 2, 0 }) {
			this.browser.open(b, callbacks.get(i));
		}
		assertThat(this.browser.isSignedIn(b)).isTrue();
		assertThat(b.takeOutcomes()).containsOnly(LoginOutcome.COMPLETED).hasSize(3);
	}

	@Test
	void callbackThatComesTwiceLeadsOn() {
		String callback = this.browser.begin(a, BEGIN);
		this.browser.open(b, callback);
		assertThat(this.browser.open(b, callback).status()).isEqualTo(302);
		assertThat(this.browser.isSignedIn(b)).isTrue();
		assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.ALREADY_USED);
		assertThat(Cluster.shared().idp.takeTokenCalls()).isEqualTo(1);
	}

	@Test
	void codeIsOfNoUseToWhoHasACopyOfTheCookie() {
		String callback = this.browser.begin(a, BEGIN);
		Browser copy = this.browser.copy();
		this.browser.open(b, callback);
		copy.open(b, callback);
		assertThat(copy.isSignedIn(b)).isFalse();
		assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED, LoginOutcome.FAILED);
	}

	@Test
	void anotherBrowserIsForeign() {
		String callback = this.browser.begin(a, BEGIN);
		Browser other = Browser.overHttps();
		other.open(b, callback);
		assertThat(other.isSignedIn(b)).isFalse();
		assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.FOREIGN_BROWSER);
		this.browser.open(b, callback);
		assertThat(this.browser.isSignedIn(b)).isTrue();
	}

	@Test
	void loginUnderAKeyThatAnInstanceDoesNotHaveYetBeginsAnew() {
		String callback = this.browser.begin(b, BEGIN);
		Browser.Page page = this.browser.open(a, callback);
		assertThat(page.location()).isEqualTo("https://app.example" + BEGIN);
		assertThat(a.takeOutcomes()).containsExactly(LoginOutcome.UNREADABLE);
		this.browser.follow(a, BEGIN);
		assertThat(this.browser.isSignedIn(a)).isTrue();
	}

	@Test
	void loginThatBeganInAStoreBeginsAnew() {
		try (Instance withStore = SharedStore.REDIS.cluster(this.stack).start(List.of())) {
			this.browser.begin(withStore, BEGIN);
			String callback = this.browser.begin(withStore, BEGIN);
			assertThat(this.browser.open(a, callback).location()).isEqualTo("https://app.example" + BEGIN);
		}
	}

}
