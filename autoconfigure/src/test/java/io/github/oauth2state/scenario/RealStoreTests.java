package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.login.BegunLogin;
import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.PendingLogins;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What logins cost the store, as the store's own server counts it.
 */
class RealStoreTests {

	private static final String BEGIN = "/oauth2/authorization/idp";

	private static final int LOGINS = 20;

	private static final int PENDING = 10_000;

	private static final int MAX_BYTES = 750;

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
	private static long bytesPerPendingLogin(String store, Instance instance, LongSupplier size) {
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				instance.context().getBean(ClientRegistrationRepository.class));
		resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
		PendingLogins logins = instance.context().getBean(PendingLogins.class);
		StateStore stateStore = instance.context().getBean(StateStore.class);
		long before = size.getAsLong();
		for (int i = 0; i < PENDING; i++) {
			MockHttpServletRequest request = new MockHttpServletRequest("GET", BEGIN);
			request.setServletPath(BEGIN);
			OAuth2AuthorizationRequest begun = resolver.resolve(request);
			BegunLogin login = logins.begin(begun, new BrowserRequest(true, BEGIN, false, Map.of())).orElseThrow();
			Optional<byte[]> there = stateStore.putIfAbsent(login.key(), login.value(), login.ttl());
			assertThat(there).isEmpty();
		}
		long bytes = (size.getAsLong() - before) / PENDING;
		System.out.println(store + ": " + bytes + " bytes per pending login");
		return bytes;
	}

	@Nested
	@TestInstance(Lifecycle.PER_CLASS)
	class OnRedis {

		private final TestRedis redis = TestRedis.instance();

		private final Instance a = start();

		private final Instance b = start();

		private Instance start() {
			return Instance.start(Cluster.shared().idp, null, List.of("oauth2-state.store=redis",
					"spring.data.redis.url=" + this.redis.url(),
					"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"));
		}

		@AfterAll
		void stop() {
			this.a.close();
			this.b.close();
		}

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
			assertThat(calls).isEqualTo(Map.of("set", 2, "get", 1, "getdel", 2));
		}

		@Test
		void pendingLoginIsSmall() {
			this.redis.flush();
			assertThat(bytesPerPendingLogin("Redis", this.a, this.redis::usedMemory)).isLessThanOrEqualTo(MAX_BYTES);
		}

	}

	@Nested
	@TestInstance(Lifecycle.PER_CLASS)
	class OnPostgres {

		private final TestPostgres postgres = TestPostgres.instance();

		private final String database = this.postgres.createDatabase();

		private final Instance a = start();

		private final Instance b = start();

		private Instance start() {
			return Instance.start(Cluster.shared().idp, null, List.of("oauth2-state.store=jdbc",
					"oauth2-state.jdbc.initialize-schema=always", "oauth2-state.jdbc.cleanup.enabled=false",
					"spring.datasource.url=" + this.postgres.url(this.database),
					"spring.datasource.username=" + this.postgres.username(),
					"spring.datasource.password=" + this.postgres.password(),
					"spring.autoconfigure.exclude=org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"));
		}

		@AfterAll
		void stop() {
			this.a.close();
			this.b.close();
		}

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
			assertThat(bytesPerPendingLogin("PostgreSQL", this.a,
					() -> this.postgres.queryNumber(this.database, "SELECT pg_total_relation_size('oauth2_state')")))
				.isLessThanOrEqualTo(MAX_BYTES);
		}

	}

}
