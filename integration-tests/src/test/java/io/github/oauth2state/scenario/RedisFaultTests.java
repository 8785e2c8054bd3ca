package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.backends.RedisProcess;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users see of a Redis that fails between the beginning and the end of a login, on
 * two instances that stay up throughout.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(90)
@Tag("full")
class RedisFaultTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	/**
	 * Far more than the timeout of 2 seconds, far less than a client's own.
	 */
	private static final Duration BOUND = Duration.ofSeconds(15);

	private static RedisProcess redis;

	private static TcpProxy proxy;

	private static Instance a;

	private static Instance b;

	private final IdentityProvider idp;

	private final Browser browser = Browser.overHttp();

	RedisFaultTests(Stack stack) {
		this.idp = Cluster.shared(stack).idp;
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		redis = RedisProcess.server("appendonly yes", "appendfsync always");
		proxy = new TcpProxy(redis.host(), redis.port());
		a = startInstance(stack);
		b = startInstance(stack);
	}

	private static Instance startInstance(Stack stack) {
		return Instance.start(stack, Cluster.shared(stack).idp, null, List.of("oauth2-state.store=redis",
				"oauth2-state.on-store-failure=fail", "oauth2-state.circuit-breaker.wait-duration=1s",
				"spring.data.redis.host=" + proxy.host(), "spring.data.redis.port=" + proxy.port(),
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"));
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		a.close();
		b.close();
		proxy.close();
		redis.close();
	}

	@BeforeEach
	void forget() {
		awaitLogin();
		a.takeOutcomes();
		b.takeOutcomes();
		this.idp.takeTokenCalls();
	}

	@AfterEach
	void newLoginsWork() {
		proxy.set(Mode.FORWARD);
		awaitLogin();
	}

	@Test
	void beginWhileRedisIsDownFailsInTime() {
		redis.kill();
		try {
			assertDoesNotBegin();
		}
		finally {
			redis.start();
		}
	}

	@Test
	void callbackWhileRedisIsDownIsRedirectedAndCanBeTriedAgain() {
		String callback = this.browser.begin(a, BEGIN);
		redis.kill();
		try {
			assertFailsWithARedirect(callback);
		}
		finally {
			redis.start();
		}
		awaitServed();
		this.browser.open(b, callback);
		assertThat(this.browser.isSignedIn(b)).isTrue();
		assertThat(b.takeOutcomes()).endsWith(LoginOutcome.COMPLETED);
	}

	@Test
	void loginOutlivesARedisThatWritesToDisk() {
		String callback = this.browser.begin(a, BEGIN);
		redis.kill();
		redis.start();
		awaitServed();
		this.browser.open(b, callback);
		assertThat(this.browser.isSignedIn(b)).isTrue();
	}

	@Test
	void loginThatRedisForgotBeginsAnew() {
		String callback = this.browser.begin(a, BEGIN);
		redis.kill();
		redis.wipe();
		redis.start();
		awaitServed();
		assertBeginsAnew(callback);
	}

	@Test
	void loginWhoseTakeWasNotAnsweredBeginsAnew() {
		String callback = this.browser.begin(a, BEGIN);
		proxy.set(Mode.CUT_INSTEAD_OF_REPLY);
		assertFailsWithARedirect(callback);
		proxy.set(Mode.FORWARD);
		awaitServed();
		assertBeginsAnew(callback);
	}

	@Test
	void loginWhoseTakeWasSwallowedBeginsAnew() {
		String callback = this.browser.begin(a, BEGIN);
		proxy.set(Mode.SWALLOW_REPLIES);
		assertFailsWithARedirect(callback);
		proxy.set(Mode.FORWARD);
		awaitServed();
		assertBeginsAnew(callback);
	}

	@Test
	void callbackWhileRedisStallsIsRedirectedAndTheUserGetsIn() {
		String callback = this.browser.begin(a, BEGIN);
		proxy.set(Mode.HOLD_REQUESTS);
		assertFailsWithARedirect(callback);
		proxy.set(Mode.FORWARD);
		awaitServed();
		assertThat(this.browser.follow(b, callback).status()).isEqualTo(200);
		assertThat(this.browser.isSignedIn(b)).isTrue();
	}

	@Test
	void fullRedisBeginsNoLoginsAndFinishesThoseItHas() {
		String callback = this.browser.begin(a, BEGIN);
		redis.commands().configSet("maxmemory", "1");
		try {
			assertDoesNotBegin();
			this.browser.open(b, callback);
			assertThat(this.browser.isSignedIn(b)).isTrue();
			assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.COMPLETED);
		}
		finally {
			redis.commands().configSet("maxmemory", "0");
		}
	}

	@Test
	void callbackWhileRedisIsAReplicaIsRedirectedAndCanBeTriedAgain() {
		String callback = this.browser.begin(a, BEGIN);
		redis.commands().replicaof(redis.host(), 1);
		try {
			assertFailsWithARedirect(callback);
		}
		finally {
			redis.commands().replicaofNoOne();
		}
		this.browser.open(b, callback);
		assertThat(this.browser.isSignedIn(b)).isTrue();
	}

	/**
	 * A page that needs no login, as the app's own would lead back to the begin.
	 */
	private void assertDoesNotBegin() {
		Browser.Page page = inTime(a, BEGIN);
		assertThat(page.status()).isEqualTo(503);
		assertThat(page.location()).isNull();
		assertThat(page.body()).contains("Try again", BEGIN);
		assertThat(page.setCookies()).isEmpty();
		assertThat(a.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
	}

	private void assertFailsWithARedirect(String callback) {
		Browser.Page page = inTime(b, callback);
		assertThat(page.status()).isEqualTo(302);
		assertThat(page.location()).contains("/login?error");
		assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.STORE_ERROR);
		assertThat(this.idp.takeTokenCalls()).isZero();
	}

	private void assertBeginsAnew(String callback) {
		Browser.Page page = this.browser.open(b, callback);
		assertThat(page.location()).isEqualTo("http://app.example" + BEGIN);
		assertThat(b.takeOutcomes()).containsExactly(LoginOutcome.ALREADY_USED);
		this.browser.follow(b, BEGIN);
		assertThat(this.browser.isSignedIn(b)).isTrue();
	}

	private Browser.Page inTime(Instance instance, String url) {
		long begun = System.nanoTime();
		Browser.Page page = this.browser.open(instance, url);
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BOUND);
		return page;
	}

	/**
	 * Waits until both instances have noticed that Redis is back, without a login of the
	 * browser at hand.
	 */
	private void awaitServed() {
		awaitLogin();
		a.takeOutcomes();
		b.takeOutcomes();
		this.idp.takeTokenCalls();
	}

	private static void awaitLogin() {
		Awaitility.await().atMost(BOUND).ignoreExceptionsInstanceOf(IllegalStateException.class).until(() -> {
			Browser other = Browser.overHttp();
			other.open(b, other.begin(a, BEGIN));
			return other.isSignedIn(b);
		});
	}

}
