package io.github.oauth2state.scenario;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

import io.github.oauth2state.rollout.Rollout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The filter chains that docs/rollout.md has for operators.
 */
@Timeout(120)
@Tag("full")
class OperatorSecurityTests {

	private static final String JSON = "application/json";

	private static Instance app;

	@BeforeAll
	static void start() {
		app = Instance.start(Cluster.shared().idp, Cluster.shared().store,
				List.of("management.endpoints.web.exposure.include=health,oauth2state",
						"management.endpoints.access.default=unrestricted", "oauth2-state.rollout.percentage=12.5",
						"spring.security.user.name=operator", "spring.security.user.password=planted",
						"spring.security.user.roles=OPERATOR"),
				Security.class);
	}

	@AfterAll
	static void stop() {
		app.close();
		Cluster.shared().forget();
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
		String session = "JSESSIONID=" + browser.cookies().get("JSESSIONID");
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
		SecurityFilterChain users(HttpSecurity http) {
			return http
				.authorizeHttpRequests(
						(requests) -> requests.requestMatchers("/error").permitAll().anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

}
