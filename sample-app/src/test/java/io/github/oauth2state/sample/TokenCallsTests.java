package io.github.oauth2state.sample;

import java.util.List;
import java.util.Map;

import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockHttpServletRequest;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class TokenCallsTests {

	private final StubBalancer balancer = new StubBalancer();

	private final MockEnvironment environment = new MockEnvironment();

	@AfterEach
	void close() {
		this.balancer.close();
	}

	@Test
	void callsGoToTheConfiguredUrlWhateverTheRequestSays() {
		Tally tally = HomeController.send(calls(this.balancer.uri() + "/", "jdbc"), request()).orElseThrow();
		assertThat(this.balancer.calls()).hasSize(TokenCalls.CALLS);
		assertThat(tally.failed()).isZero();
		assertThat(tally.refreshes()).isOne();
		assertThat(tally.rows()).extracting(Tally.Row::instance).containsExactly("one", "two");
		assertThat(tally.rows().stream().flatMap((row) -> row.counts().stream()).mapToLong(Long::longValue).sum())
			.isEqualTo(TokenCalls.CALLS);
	}

	@Test
	void callsGoToThisInstanceWhereNothingIsConfigured() {
		this.environment.setProperty("local.server.port", String.valueOf(this.balancer.port()));
		Tally tally = HomeController.send(calls("", "jdbc"), request()).orElseThrow();
		assertThat(this.balancer.calls()).hasSize(TokenCalls.CALLS);
		assertThat(tally.failed()).isZero();
	}

	@Test
	void onlyTheCookieOfTheSessionIsPassedOn() {
		HomeController.send(calls(this.balancer.uri(), "jdbc"), request());
		assertThat(cookies()).containsOnly(List.of("SESSION=shared-session"));
		this.balancer.answer(200, "one");
		HomeController.send(calls(this.balancer.uri(), "none"), request());
		assertThat(cookies()).containsOnly(List.of("JSESSIONID=own-session"));
	}

	@Test
	void redirectsAreNotFollowed() {
		this.balancer.answer(302, "one");
		Tally tally = HomeController.send(calls(this.balancer.uri(), "jdbc"), request()).orElseThrow();
		assertThat(tally.failed()).isEqualTo(TokenCalls.CALLS);
		assertThat(this.balancer.calls()).hasSize(TokenCalls.CALLS);
	}

	@Test
	void nobodyThereIsCounted() {
		this.balancer.close();
		Tally tally = HomeController.send(calls(this.balancer.uri(), "jdbc"), request()).orElseThrow();
		assertThat(tally.failed()).isEqualTo(TokenCalls.CALLS);
		assertThat(tally.rows()).isEmpty();
	}

	private List<List<String>> cookies() {
		return this.balancer.calls().stream().map((Map<String, List<String>> call) -> call.get("Cookie")).toList();
	}

	private TokenCalls calls(String url, String sessionStore) {
		return new TokenCalls(this.environment, new JsonMapper(), url, sessionStore);
	}

	private static MockHttpServletRequest request() {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/token-calls");
		request.setServerName("evil.example");
		request.setServerPort(1);
		request.addHeader("Host", "evil.example:1");
		request.addHeader("X-Forwarded-Host", "evil.example:1");
		request.addHeader("Authorization", "Basic c2VjcmV0");
		request.setContextPath("/forwarded/prefix");
		request.setCookies(new Cookie("SESSION", "shared-session"), new Cookie("JSESSIONID", "own-session"),
				new Cookie("oauth2-state-1", "secret"));
		return request;
	}

}
