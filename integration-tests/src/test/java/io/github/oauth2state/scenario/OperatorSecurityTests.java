package io.github.oauth2state.scenario;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;

import io.github.oauth2state.rollout.Rollout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The filter chains that docs/rollout.md has for operators.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Timeout(120)
@Tag("full")
class OperatorSecurityTests {

	private static final String JSON = "application/json";

	private static Instance app;

	private final Stack stack;

	OperatorSecurityTests(Stack stack) {
		this.stack = stack;
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		app = Cluster.shared(stack)
			.start(List.of("management.endpoints.web.exposure.include=health,oauth2state",
					"management.endpoints.access.default=unrestricted", "oauth2-state.rollout.percentage=12.5",
					"spring.security.user.name=operator", "spring.security.user.password=planted",
					"spring.security.user.roles=OPERATOR"), Security.class);
	}

	@AfterParameterizedClassInvocation
	static void stop(Stack stack) {
		app.close();
		Cluster.shared(stack).forget();
	}

	@Test
	void operatorSetsAndClearsThePercentage() throws Exception {
		assertThat(call("POST", "{\"percentage\": 1}", JSON, "operator:planted", null)).isEqualTo(200);
		assertThat(percentage()).isEqualTo("1");
		assertThat(call("DELETE", null, JSON, "operator:planted", null)).isEqualTo(200);
		assertThat(percentage()).isEqualTo("12.5");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{}", "{\"percent\": 1}", "{\"percentage\": null}", "{\"Percentage\": 1}", "[]", "1",
			"{\"percentage\": {}}", "{\"percentage\": [1]}", "{" })
	void bodyWithoutThePercentageIsABadRequest(String body) throws Exception {
		assertThat(call("POST", body, JSON, "operator:planted", null)).isEqualTo(400);
		assertThat(percentage()).isEqualTo("12.5");
	}

	@Test
	void othersAreRefused() throws Exception {
		assertThat(call("POST", "{\"percentage\": 1}", JSON, null, null)).isEqualTo(401);
		assertThat(call("POST", "{\"percentage\": 1}", JSON, "operator:wrong", null)).isEqualTo(401);
		assertThat(call("DELETE", null, JSON, null, null)).isEqualTo(401);
		assertThat(call("GET", null, JSON, null, null)).isEqualTo(401);
	}

	@Test
	void userWhoIsSignedInIsNoOperator() throws Exception {
		Browser browser = Browser.overHttps();
		browser.open(app, browser.begin(app, "/oauth2/authorization/idp"));
		assertThat(browser.signedInAs(app)).isEqualTo("alice");
		String session = this.stack.sessionCookie() + "=" + browser.cookies().get(this.stack.sessionCookie());
		assertThat(call("POST", "{\"percentage\": 1}", JSON, null, session)).isEqualTo(401);
		assertThat(percentage()).isEqualTo("12.5");
	}

	/**
	 * What a form of another site can send with the password that a browser remembers.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
	void formsOfOtherSitesAreRefused(String contentType) throws Exception {
		assertThat(call("POST", "{\"percentage\": 1}", contentType, "operator:planted", null)).isEqualTo(415);
		assertThat(percentage()).isEqualTo("12.5");
	}

	private static String percentage() {
		return app.context().getBean(Rollout.class).percentage().toString();
	}

	private static int call(String method, @Nullable String body, String contentType, @Nullable String credentials,
			@Nullable String cookie) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + app.port() + "/actuator/oauth2state"))
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody())
			.header("Content-Type", contentType);
		if (credentials != null) {
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
		}
		if (cookie != null) {
			request.header("Cookie", cookie);
		}
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	static class Security {

		@Bean
		@Order(1)
		@InServletApp
		SecurityFilterChain operators(HttpSecurity http) {
			return http.securityMatcher(EndpointRequest.toAnyEndpoint())
				.authorizeHttpRequests((requests) -> requests.requestMatchers(EndpointRequest.to("health"))
					.permitAll()
					.anyRequest()
					.hasRole("OPERATOR"))
				.httpBasic(Customizer.withDefaults())
				.sessionManagement((sessions) -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		@Order(2)
		@InServletApp
		SecurityFilterChain users(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/error").permitAll().anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(1)
		@InReactiveApp
		SecurityWebFilterChain reactiveOperators(ServerHttpSecurity http) {
			return http
				.securityMatcher(org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest
					.toAnyEndpoint())
				.authorizeExchange((exchanges) -> exchanges
					.matchers(org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest
						.to("health"))
					.permitAll()
					.anyExchange()
					.hasRole("OPERATOR"))
				.httpBasic(Customizer.withDefaults())
				.securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		@Order(2)
		@InReactiveApp
		SecurityWebFilterChain reactiveUsers(ServerHttpSecurity http) {
			return http
				.authorizeExchange(
						(exchanges) -> exchanges.pathMatchers("/error").permitAll().anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

}
