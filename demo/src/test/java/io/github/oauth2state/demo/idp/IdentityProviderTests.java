package io.github.oauth2state.demo.idp;

import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.util.HtmlUtils;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = "spring.config.name=identity-provider", webEnvironment = WebEnvironment.RANDOM_PORT)
class IdentityProviderTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@ParameterizedTest
	@ValueSource(
			strings = { "http://localhost:8080/login/oauth2/code/own-app", "http://localhost:1/login/oauth2/code/x",
					"http://127.0.0.1:65535/login/oauth2/code/my-provider", "http://[::1]:8443/login/oauth2/code/x",
					"http://localhost/login/oauth2/code/x", "https://localhost:8443/app/v1.2/login/oauth2/code/x_y" })
	void ownAppMayBeAnywhereOnThisMachine(String redirectUri) throws Exception {
		assertAsksForLogin(authorize("own-app", redirectUri, "openid profile email"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://example.com/login/oauth2/code/x",
			"http://localhost.example.com/login/oauth2/code/x", "http://localhost:8080@example.com/login/oauth2/code/x",
			"http://localhost:8080/elsewhere", "http://localhost:8080/login/oauth2/code/x/../../..",
			"http://localhost:8080/login/oauth2/code/x?y=z", "http://localhost:8080/login/oauth2/code/x#y",
			"http://localhost:8080/login/oauth2/code/", "nonsense" })
	void ownAppMayBeNowhereElse(String redirectUri) throws Exception {
		HttpResponse<String> refusal = authorize("own-app", redirectUri, "openid");
		assertThat(refusal.statusCode()).isEqualTo(400);
		assertThat(refusal.body()).contains("redirect_uri");
	}

	@Test
	void ownAppNeedsNoProofKeyAndItsScopesAreChecked() throws Exception {
		assertAsksForLogin(authorize("own-app", "http://localhost:8099/login/oauth2/code/x", "openid"));
		HttpResponse<String> refusal = authorize("own-app", "http://localhost:8099/login/oauth2/code/x", "admin");
		assertThat(refusal.headers().firstValue("Location").orElse("none")).startsWith("http://localhost:8099/")
			.contains("error=invalid_scope");
	}

	@Test
	void demoMayBeOnlyWhereItIs() throws Exception {
		HttpResponse<String> refusal = authorize("demo", "http://localhost:8099/login/oauth2/code/demo", "openid");
		assertThat(refusal.statusCode()).isEqualTo(400);
	}

	@Test
	void loginPageTellsUsersAndPassword() throws Exception {
		HttpResponse<String> page = get("/login");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.body()).contains("alice", "name=\"username\"", "name=\"_csrf\"");
	}

	@Test
	void formsOfTwoTabsContinueEachWithItsOwnRequest() throws Exception {
		HttpClient browser = browser();
		String one = form(browser, "one");
		String two = form(browser, "two");
		assertThat(location(logIn(browser, one))).contains("code%2Fone");
		assertThat(location(logIn(browser, two))).contains("code%2Ftwo");
		assertThat(location(logIn(browser, one))).as("sent again").contains("code%2Fone");
	}

	@Test
	void formContinuesNowhereElse() throws Exception {
		HttpClient browser = browser();
		String form = form(browser, "one").replaceFirst("&continue=.*", "&continue=https://example.com/");
		assertThat(location(logIn(browser, form))).doesNotContain("example.com").contains("code%2Fone");
	}

	private static HttpClient browser() {
		return HttpClient.newBuilder()
			.cookieHandler(new CookieManager())
			.followRedirects(HttpClient.Redirect.NORMAL)
			.build();
	}

	private String form(HttpClient browser, String registration) throws Exception {
		String path = "/oauth2/authorize?response_type=code&state=1&client_id=own-app&scope=openid&redirect_uri="
				+ "http%3A%2F%2Flocalhost%3A8099%2Flogin%2Foauth2%2Fcode%2F" + registration;
		HttpRequest request = request(path).build();
		String page = browser.send(request, HttpResponse.BodyHandlers.ofString()).body();
		return "username=alice&password=password&_csrf=" + field(page, "_csrf") + "&continue="
				+ URLEncoder.encode(HtmlUtils.htmlUnescape(field(page, "continue")), StandardCharsets.UTF_8);
	}

	private static String field(String page, String name) {
		Matcher field = Pattern.compile("name=\"" + name + "\"[^>]*value=\"([^\"]+)\"").matcher(page);
		assertThat(field.find()).as(name).isTrue();
		return field.group(1);
	}

	private HttpResponse<String> logIn(HttpClient browser, String form) throws Exception {
		HttpClient still = HttpClient.newBuilder().cookieHandler(browser.cookieHandler().orElseThrow()).build();
		HttpRequest request = request("/login").header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form))
			.build();
		return still.send(request, HttpResponse.BodyHandlers.ofString());
	}

	private static String location(HttpResponse<String> answer) {
		return answer.headers().firstValue("Location").orElse("none");
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path)).header("Accept", "text/html");
	}

	private HttpResponse<String> authorize(String client, String redirectUri, String scope) throws Exception {
		return get("/oauth2/authorize?response_type=code&state=1&client_id=" + client + "&redirect_uri="
				+ URLEncoder.encode(redirectUri, StandardCharsets.UTF_8) + "&scope="
				+ URLEncoder.encode(scope, StandardCharsets.UTF_8));
	}

	private HttpResponse<String> get(String path) throws Exception {
		return this.http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
	}

	private static void assertAsksForLogin(HttpResponse<String> answer) {
		assertThat(location(answer)).endsWith("/login");
	}

}
