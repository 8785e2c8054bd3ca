package io.github.oauth2state.scenario;

import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.tiers.Scale;
import io.github.oauth2state.web.BrowserRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What logins cost the store, as the store's own server counts it.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class RealStoreTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final int LOGINS = 20;

	private static final int PENDING = Scale.of(2_000);

	private static final int MAX_BYTES = 750;

	private final Stack stack;

	RealStoreTests(Stack stack) {
		this.stack = stack;
	}

	private static void logIn(Instance a, Instance b) {
		Browser browser = Browser.overHttp();
		browser.open(b, browser.begin(a, BEGIN));
		assertThat(browser.isSignedIn(b)).isTrue();
	}

	private static void authorizeClient(Instance instance) {
		instance.forgetClients();
		Browser browser = Browser.overHttp();
		browser.follow(instance, BEGIN);
		assertThat(browser.follow(instance, "/client").body()).isEqualTo("client of alice");
	}

	/**
	 * Begins logins by OpenID Connect with PKCE, as they are begun through HTTP.
	 */
	private static long bytesPerPendingLogin(SharedStore store) {
		RealCluster cluster = store.cluster();
		Instance instance = cluster.a;
		cluster.records.clear();
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				instance.context().getBean(ClientRegistrationRepository.class));
		resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
		PendingLogins logins = instance.context().getBean(PendingLogins.class);
		StateStore stateStore = instance.context().getBean(StateStore.class);
		long before = cluster.records.bytes();
		for (int i = 0; i < PENDING; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest("GET", BEGIN);
			request.setServletPath(BEGIN);
			OAuth2AuthorizationRequest begun = resolver.resolve(request);
			StartedLogin login = logins
				.start(LoginPath.SHARED, begun, new BrowserRequest(true, BEGIN, false, Map.of()), null, null)
				.orElseThrow();
			Optional<byte[]> there = stateStore.putIfAbsent(login.key(), login.value(), login.ttl());
			assertThat(there).isEmpty();
		}
		long bytes = (cluster.records.bytes() - before) / PENDING;
		System.out.println(store + ": " + bytes + " bytes per pending login");
		return bytes;
	}

	@Nested
	class OnRedis {

		private final TestRedis redis = TestRedis.instance();

		private final RealCluster cluster = SharedStore.REDIS.cluster(RealStoreTests.this.stack);

		private final Instance a = this.cluster.a;

		private final Instance b = this.cluster.b;

		@Test
		void loginIsOneCommandToBeginAndOneToCallBack() {
			logIn(this.a, this.b);
			Map<String, Integer> calls = this.redis.callsDuring(() -> {
				for (int i = 0; i < LOGINS; i++) {
					logIn(this.a, this.b);
				}
			});
			assertThat(calls).isEqualTo(Map.of("set", LOGINS, "getdel", LOGINS));
		}

		@Test
		void clientIsOneCommandToBeginAndTwoToCallBack() {
			authorizeClient(this.b);
			Map<String, Integer> calls = this.redis.callsDuring(() -> authorizeClient(this.b));
			assertThat(calls).isEqualTo(Map.of("set", 2, "getrange", 1, "getdel", 2));
		}

		@Test
		void pendingLoginIsSmall() {
			assertThat(bytesPerPendingLogin(SharedStore.REDIS)).isLessThanOrEqualTo(MAX_BYTES);
		}

	}

	@Nested
	class OnPostgres {

		private final TestPostgres postgres = TestPostgres.instance();

		private final RealCluster cluster = SharedStore.POSTGRESQL.cluster(RealStoreTests.this.stack);

		private final String database = ((PostgresRecords) this.cluster.records).database();

		private final Instance a = this.cluster.a;

		private final Instance b = this.cluster.b;

		@Test
		void loginIsOneStatementToBeginAndOneToCallBackAndNoCommit() {
			logIn(this.a, this.b);
			Map<String, Integer> calls = this.postgres.callsDuring(this.database, () -> {
				for (int i = 0; i < LOGINS; i++) {
					logIn(this.a, this.b);
				}
			});
			assertThat(calls).hasSize(2);
			assertThat(calls).hasEntrySatisfying(starting(calls, "INSERT"),
					(count) -> assertThat(count).isEqualTo(LOGINS));
			assertThat(calls).hasEntrySatisfying(starting(calls, "DELETE"),
					(count) -> assertThat(count).isEqualTo(LOGINS));
		}

		@Test
		void clientIsOneStatementToBeginAndTwoToCallBack() {
			authorizeClient(this.b);
			Map<String, Integer> calls = this.postgres.callsDuring(this.database, () -> authorizeClient(this.b));
			assertThat(calls.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(5);
			assertThat(calls).hasEntrySatisfying(starting(calls, "SELECT"), (count) -> assertThat(count).isOne());
		}

		private static String starting(Map<String, Integer> calls, String verb) {
			return calls.keySet().stream().filter((sql) -> sql.startsWith(verb)).findFirst().orElse(verb);
		}

		@Test
		void pendingLoginIsSmall() {
			assertThat(bytesPerPendingLogin(SharedStore.POSTGRESQL)).isLessThanOrEqualTo(MAX_BYTES);
		}

	}

}
