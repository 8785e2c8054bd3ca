package io.github.oauth2state.scenario;

import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What each step of a login costs, as Redis itself counts it. {@link RealStoreTests} has
 * whole logins.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
class LoginCostTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private final TestRedis redis = TestRedis.instance();

	private final RealCluster cluster;

	private final Browser browser = Browser.overHttps();

	LoginCostTests(Stack stack) {
		this.cluster = SharedStore.REDIS.cluster(stack);
	}

	@BeforeEach
	void connect() {
		Browser.overHttps().follow(this.cluster.a, BEGIN);
		Browser.overHttps().follow(this.cluster.b, BEGIN);
		this.cluster.forget();
	}

	@Test
	void beginIsOneCommandAndNoSession() {
		assertThat(calls(() -> this.browser.begin(this.cluster.a, BEGIN))).isEqualTo(Map.of("set", 1));
		assertThat(this.cluster.a.takeSessionsCreated()).isZero();
	}

	@Test
	void callbackIsOneCommand() {
		String callback = this.browser.begin(this.cluster.a, BEGIN);
		assertThat(calls(() -> this.browser.open(this.cluster.b, callback))).isEqualTo(Map.of("getdel", 1));
		assertThat(this.browser.isSignedIn(this.cluster.b)).isTrue();
	}

	@Test
	void callbackWithoutAMarkIsNone() {
		String callback = this.browser.begin(this.cluster.a, BEGIN);
		String elsewhere = callback.replaceFirst(".*\\?", "/page?");
		assertThat(calls(() -> {
			Browser.overHttps().open(this.cluster.b, callback);
			Browser.overHttps().open(this.cluster.b, elsewhere);
			this.browser.open(this.cluster.b, "/page");
		})).isEmpty();
	}

	@Test
	void callbackThatComesAgainIsNone() {
		String callback = this.browser.begin(this.cluster.a, BEGIN);
		this.browser.open(this.cluster.b, callback);
		assertThat(calls(() -> this.browser.open(this.cluster.b, callback))).isEmpty();
	}

	/**
	 * The page is in the session, and a client is for the user whom the session has.
	 */
	@Test
	void sessionIsLoadedToAuthorizeAClientOnly() {
		try (Instance instance = this.cluster.start(SharedSessions.inRedis(), SharedSessions.InRedis.class)) {
			this.browser.open(instance, "/page");
			assertThat(this.browser.cookies()).containsKey("SESSION");
			assertThat(calls(() -> this.browser.begin(instance, BEGIN))).isEqualTo(Map.of("set", 1));
			assertThat(calls(() -> this.browser.begin(instance, "/oauth2/authorization/api"))).containsEntry("set", 1)
				.containsKey("hgetall");
		}
	}

	private Map<String, Integer> calls(Runnable work) {
		return this.redis.callsDuring(work);
	}

}
