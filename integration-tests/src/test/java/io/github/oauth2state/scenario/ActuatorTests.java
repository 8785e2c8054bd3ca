package io.github.oauth2state.scenario;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestRedis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What operators see of an app whose store is a Redis that comes and goes.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActuatorTests {

	private static final String ENDPOINT = "/actuator/oauth2state";

	private static final String HEALTH = "/actuator/health";

	private TcpProxy proxy;

	private Instance tolerant;

	private Instance strict;

	/**
	 * Returns the stack of the app.
	 */
	Stack stack() {
		return Stack.SERVLET;
	}

	@BeforeAll
	void start() {
		this.proxy = new TcpProxy(TestRedis.instance().host(), TestRedis.instance().port());
		this.tolerant = start("oauth2-state.health.down-on-failure=false");
		this.strict = start("oauth2-state.health.down-on-failure=true");
	}

	private Instance start(String property) {
		List<String> properties = new ArrayList<>(List.of(property, "oauth2-state.store=redis",
				"oauth2-state.timeout=1s", "oauth2-state.health.cache=0s",
				"spring.data.redis.host=" + this.proxy.host(), "spring.data.redis.port=" + this.proxy.port(),
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
				"management.endpoints.web.exposure.include=health,oauth2state",
				"management.endpoint.health.show-details=always", "management.endpoint.health.probes.enabled=true",
				"management.health.redis.enabled=false"));
		return Instance.start(stack(), Cluster.shared(stack()).idp, null, properties, Operations.class);
	}

	@AfterAll
	void stop() {
		this.tolerant.close();
		this.strict.close();
		this.proxy.close();
	}

	@AfterEach
	void recover() {
		this.proxy.set(Mode.FORWARD);
		awaitStatus(this.tolerant, "UP");
		awaitStatus(this.strict, "UP");
	}

	@Test
	void storeThatWorksIsUp() {
		JsonNode health = json(anonymous().open(this.tolerant, HEALTH), 200);
		assertThat(health.path("status").asString()).isEqualTo("UP");
		JsonNode store = health.path("components").path("oauth2State");
		assertThat(store.path("status").asString()).isEqualTo("UP");
		assertThat(store.path("details").path("store").asString()).isEqualTo("redis");
		assertThat(store.path("details").path("latency").isNumber()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "REFUSE", "HOLD_REQUESTS", "SWALLOW_REPLIES" })
	void storeThatFailsIsDegradedAndTheAppStaysInService(Mode mode) {
		awaitStatus(this.tolerant, "UP");
		this.proxy.set(mode);
		Browser.Page page = anonymous().open(this.tolerant, HEALTH);
		JsonNode health = json(page, 200);
		assertThat(health.path("status").asString()).isEqualTo("UP");
		JsonNode store = health.path("components").path("oauth2State");
		assertThat(store.path("status").asString()).isEqualTo("DEGRADED");
		assertThat(store.path("details").path("lastError").asString()).matches("[A-Z]+, [A-Za-z0-9.$]+");
		assertThat(store.path("details").path("lastErrorAt").asString()).matches("20.*Z");
		assertThat(page.body()).doesNotContain(this.proxy.host(), Integer.toString(this.proxy.port()));
		assertInService(this.tolerant);
		assertThat(json(anonymous().open(this.tolerant, HEALTH + "/oauth2State"), 200).path("status").asString())
			.isEqualTo("DEGRADED");
		this.proxy.set(Mode.FORWARD);
		awaitStatus(this.tolerant, "UP");
		assertThat(json(anonymous().open(this.tolerant, HEALTH + "/oauth2State"), 200).path("details").has("lastError"))
			.isTrue();
	}

	@Test
	void storeThatFailsTakesTheAppDownWhereThatIsWanted() {
		this.proxy.set(Mode.REFUSE);
		JsonNode health = json(anonymous().open(this.strict, HEALTH), 503);
		assertThat(health.path("status").asString()).isEqualTo("DOWN");
		assertInService(this.strict);
	}

	private static void assertInService(Instance instance) {
		for (String probe : List.of("readiness", "liveness")) {
			JsonNode health = json(anonymous().open(instance, HEALTH + "/" + probe), 200);
			assertThat(health.path("status").asString()).isEqualTo("UP");
			assertThat(health.path("components").has("oauth2State")).isFalse();
		}
	}

	@Test
	void endpointTellsWhatHappenedToLogins() {
		long completed = outcome(this.tolerant, "completed");
		long foreign = outcome(this.tolerant, "foreign_browser");
		VictimLogin login = VictimLogin.begin(Browser.overHttps(), this.tolerant);
		Browser.overHttps().open(this.tolerant, login.callback());
		login.browser().open(this.tolerant, login.callback());
		assertThat(outcome(this.tolerant, "completed")).isEqualTo(completed + 1);
		assertThat(outcome(this.tolerant, "foreign_browser")).isEqualTo(foreign + 1);
	}

	@Test
	void endpointTellsNothingSecretNorAnythingThatACallerChose() {
		VictimLogin login = VictimLogin.begin(Browser.overHttps(), this.tolerant);
		Set<String> planted = Set.of(login.state(), login.encodedState(), login.cookie(), login.secret(),
				login.callback().replaceFirst(".*[?&]code=([^&]*).*", "$1"), "made-up", "alice", "\"idp\"", "secret",
				"app.example");
		login.browser().open(this.tolerant, login.callback());
		anonymous().open(this.tolerant, "/login/oauth2/code/made-up?code=made-up&state=made-up");
		String body = operator().open(this.tolerant, ENDPOINT).body() + operator().open(this.tolerant, HEALTH).body();
		assertThat(body).contains("byOutcome", "oauth2State");
		assertThat(planted).noneMatch(body::contains);
		JsonNode description = json(operator().open(this.tolerant, ENDPOINT), 200);
		assertThat(description.propertyNames()).containsExactlyInAnyOrder("store", "namespace", "ttl", "timeout",
				"rollout", "since", "logins");
	}

	@Test
	void endpointIsRefusedToWhomeverTheAppRefusesIt() {
		assertThat(anonymous().open(this.tolerant, ENDPOINT).status()).isEqualTo(401);
		assertThat(operator().open(this.tolerant, ENDPOINT).status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "PATCH", "DELETE" })
	void endpointCannotBeWrittenTo(String method) {
		assertThat(operator().send(this.tolerant, method, ENDPOINT, null).status()).isEqualTo(405);
		assertThat(operator().send(this.tolerant, method, ENDPOINT + "/key", null).status()).isEqualTo(404);
		assertThat(operator().send(this.tolerant, method, ENDPOINT + "/sessions", null).status()).isEqualTo(404);
	}

	@Test
	void endpointIsNotThereUnlessTheAppExposesIt() {
		try (Instance instance = Cluster.shared(stack()).start(Operations.class)) {
			assertThat(operator().open(instance, ENDPOINT).status()).isEqualTo(404);
		}
	}

	private static long outcome(Instance instance, String outcome) {
		JsonNode logins = json(operator().open(instance, ENDPOINT), 200).path("logins");
		long count = logins.path("byOutcome").path(outcome).asLong(-1);
		assertThat(logins.path("byPath").path("shared").path(outcome).asLong(-1)
				+ logins.path("byPath").path("session").path(outcome).asLong(-1))
			.isEqualTo(count);
		return count;
	}

	private static void awaitStatus(Instance instance, String status) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> anonymous().open(instance, HEALTH + "/oauth2State").body().contains("\"" + status + "\""));
	}

	private static JsonNode json(Browser.Page page, int status) {
		assertThat(page.status()).as(page.body()).isEqualTo(status);
		return new JsonMapper().readTree(page.body());
	}

	private static Browser anonymous() {
		return Browser.overHttps().header("Accept", "application/json");
	}

	private static Browser operator() {
		String credentials = Base64.getEncoder().encodeToString("operator:planted".getBytes(StandardCharsets.UTF_8));
		return anonymous().header("Authorization", "Basic " + credentials);
	}

	@Configuration(proxyBeanMethods = false)
	static class Operations {

		@Bean
		@Order(1)
		@InServletApp
		SecurityFilterChain operations(HttpSecurity http) {
			return http.securityMatcher("/actuator/**")
				.authorizeHttpRequests((requests) -> requests.requestMatchers("/actuator/health/**")
					.permitAll()
					.anyRequest()
					.authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		@Order(2)
		@InServletApp
		SecurityFilterChain logins(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/error").permitAll().anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InServletApp
		UserDetailsService operators() {
			return new InMemoryUserDetailsManager(operator());
		}

		@Bean
		@Order(1)
		@InReactiveApp
		SecurityWebFilterChain reactiveOperations(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/actuator/**"))
				.authorizeExchange((exchanges) -> exchanges.pathMatchers("/actuator/health/**")
					.permitAll()
					.anyExchange()
					.authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		@Order(2)
		@InReactiveApp
		SecurityWebFilterChain reactiveLogins(ServerHttpSecurity http) {
			return http
				.authorizeExchange(
						(exchanges) -> exchanges.pathMatchers("/error").permitAll().anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@InReactiveApp
		ReactiveUserDetailsService reactiveOperators() {
			return new MapReactiveUserDetailsService(operator());
		}

		private static UserDetails operator() {
			return User.withUsername("operator").password("{noop}planted").build();
		}

	}

}
