package io.github.oauth2state.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One gateway. What it does beside others is tried by the demo's check.
 */
class GatewayApplicationTests {

	private static final HttpClient http = HttpClient.newHttpClient();

	private static HttpServer provider;

	private static ConfigurableApplicationContext app;

	@BeforeAll
	static void start() throws IOException {
		provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		String issuer = "http://localhost:" + provider.getAddress().getPort();
		byte[] configuration = """
				{"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token",
				"jwks_uri": "%1$s/keys", "subject_types_supported": ["public"]}""".formatted(issuer)
			.getBytes(StandardCharsets.UTF_8);
		provider.createContext("/.well-known/openid-configuration", (exchange) -> {
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, configuration.length);
			exchange.getResponseBody().write(configuration);
			exchange.close();
		});
		provider.start();
		app = SpringApplication.run(GatewayApplication.class, "--server.port=0", "--sample.instance=one",
				"--spring.security.oauth2.client.provider.demo.issuer-uri=" + issuer);
	}

	@AfterAll
	static void stop() {
		app.close();
		provider.stop(0);
	}

	@Test
	void everybodySeesTheStartPage() throws Exception {
		HttpResponse<String> page = get("/");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.body()).contains("Log in with Demo provider").contains("one");
		assertThat(page.headers().firstValue("X-Instance")).contains("one");
		assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
		assertThat(get("/css/page.css").statusCode()).isEqualTo(200);
		assertThat(get("/logouts").body()).contains("none yet");
	}

	@Test
	void apiIsForUsersOnly() throws Exception {
		HttpResponse<String> answer = get("/api/token-info");
		assertThat(answer.statusCode()).isEqualTo(302);
		assertThat(answer.headers().firstValue("Location")).contains("/oauth2/authorization/demo");
	}

	@Test
	void startOfALoginLeadsToTheProviderWithoutASession() throws Exception {
		HttpResponse<String> start = get("/oauth2/authorization/demo");
		assertThat(start.statusCode()).isEqualTo(302);
		assertThat(start.headers().firstValue("Location").orElseThrow()).contains("code_challenge=");
		List<String> cookies = start.headers().allValues("Set-Cookie");
		assertThat(cookies).anyMatch((cookie) -> cookie.startsWith("oauth2-state-"))
			.noneMatch((cookie) -> cookie.startsWith("SESSION="));
	}

	@Test
	void callbackOfAnotherBrowserEndsOnAPageWithAReference() throws Exception {
		String location = get("/oauth2/authorization/demo").headers().firstValue("Location").orElseThrow();
		String state = location.replaceFirst(".*[?&]state=([^&]+).*", "$1");
		HttpResponse<String> refusal = get("/login/oauth2/code/demo?code=c&state=" + state);
		assertThat(refusal.statusCode()).isEqualTo(401);
		assertThat(refusal.body()).contains("This login cannot be finished here").contains("id=\"reference\"");
	}

	@Test
	void wrongAddressEndsOnAPage() throws Exception {
		HttpResponse<String> answer = get("/oauth2/authorization/unknown");
		assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
		assertThat(answer.body()).contains("Sample app");
	}

	private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
		URI uri = URI
			.create("http://localhost:" + app.getEnvironment().getRequiredProperty("local.server.port") + path);
		return http.send(HttpRequest.newBuilder(uri).header("Accept", "text/html").build(),
				HttpResponse.BodyHandlers.ofString());
	}

}
