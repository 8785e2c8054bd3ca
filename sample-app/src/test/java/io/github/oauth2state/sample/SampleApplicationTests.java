package io.github.oauth2state.sample;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The app as it starts without any profile: no Redis, no database server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class SampleApplicationTests extends RunningApp {

	@ParameterizedTest
	@ValueSource(strings = { "/", "/me", "/oauth2/authorization/demo", "/login?error", "/favicon.ico", "/css/none.css",
			"/login/oauth2/code/demo?error=access_denied&state=1", "/actuator/health", "/;refused", "/logout",
			"/api/token-info" })
	void everyResponseTellsItsInstance(String path) throws Exception {
		assertThat(get(path).headers().allValues("X-Instance")).containsExactly(String.valueOf(this.port));
	}

	@Test
	void homeIsForEverybody() throws Exception {
		HttpResponse<String> home = get("/");
		assertThat(home.statusCode()).isEqualTo(200);
		assertThat(home.body()).contains("<strong>" + this.port + "</strong>");
	}

	@Test
	void callbackOfAnotherBrowserEndsAtThePageThatNamesItsReference() throws Exception {
		HttpResponse<String> callback = get("/login/oauth2/code/demo?code=secret-code&state=secret-state");
		assertThat(callback.statusCode()).isEqualTo(401);
		assertThat(callback.headers().allValues("Set-Cookie")).isEmpty();
		assertThat(callback.body()).contains("This login cannot be finished here", "Log in again")
			.containsPattern("<code id=\"reference\">[0-9a-f]{12}</code>")
			.contains("<code id=\"error\">authorization_request_not_found</code>")
			.doesNotContain("secret-");
	}

	@Test
	void providerIsNotToldOfTheInstance() throws Exception {
		assertThat(get("/oauth2/authorization/demo").headers().firstValue("Location").orElseThrow())
			.doesNotContain("begun");
	}

	@Test
	void errorPageSaysWhatToDoAndNothingOfTheRequest() throws Exception {
		HttpResponse<String> page = get("/error?message=%3Cb%3E");
		assertThat(page.body()).contains("Try again in a minute").doesNotContain("<b>", "reference");
	}

	@Test
	void meSendsAnonymousUsersToTheBeginOfALogin() throws Exception {
		HttpResponse<String> me = get("/me");
		assertThat(me.statusCode()).isEqualTo(302);
		assertThat(location(me)).endsWith("/oauth2/authorization/demo");
	}

	@Test
	void apiTellsAnonymousCallersThatTheyNeedALogin() throws Exception {
		HttpResponse<String> info = get("/api/token-info");
		assertThat(info.statusCode()).isEqualTo(401);
		assertThat(location(info)).isEmpty();
	}

	@Test
	void loginSendsUsersToTheProviderWithPkceAndWithoutTheInstance() throws Exception {
		HttpResponse<String> begin = get("/oauth2/authorization/demo");
		assertThat(begin.statusCode()).isEqualTo(302);
		assertThat(location(begin)).startsWith(issuer.uri() + "/authorize?")
			.contains("scope=openid%20profile", "code_challenge=")
			.doesNotContain(LoginTrace.ATTRIBUTE);
	}

	@Test
	void forwardedHeadersGiveTheRedirectUri() throws Exception {
		HttpResponse<String> begin = get("/oauth2/authorization/demo", "X-Forwarded-Proto", "https", "X-Forwarded-Host",
				"app.example.org", "X-Forwarded-Port", "443");
		assertThat(location(begin)).contains("redirect_uri=https://app.example.org/login/oauth2/code/demo");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/health", "/actuator/health/readiness", "/actuator/health/liveness" })
	void healthDoesNotDependOnServersThatAreNotUsed(String path) throws Exception {
		assertThat(get(path).statusCode()).isEqualTo(200);
	}

	@Test
	void prometheusNeedsNoLogin() throws Exception {
		HttpResponse<String> scrape = get("/actuator/prometheus");
		assertThat(scrape.statusCode()).isEqualTo(200);
		assertThat(scrape.body()).contains("application=\"sample-app\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator", "/actuator/info", "/actuator/metrics", "/actuator/metrics/jvm.info",
			"/actuator/sbom", "/actuator/sbom/application", "/actuator/env" })
	void restOfActuatorNeedsALogin(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).isEqualTo(302);
		assertThat(location(response)).endsWith("/oauth2/authorization/demo");
	}

	private static String location(HttpResponse<?> response) {
		return response.headers().firstValue("Location").orElse("");
	}

}
