package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.util.HtmlUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances of the provider that share a database, and start at the same time.
 */
class TwoProvidersTests {

	private static final String CALLBACK = "http://localhost:1/login/oauth2/code/x";

	private final List<ConfigurableApplicationContext> providers = new ArrayList<>();

	private final App app = new App();

	private final HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

	/**
	 * Logging belongs to the JVM, and two apps cannot set it up at the same time.
	 */
	@BeforeAll
	static void leaveLoggingAlone() {
		System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
	}

	@AfterAll
	static void restoreLogging() {
		System.clearProperty(LoggingSystem.SYSTEM_PROPERTY);
	}

	@BeforeEach
	void start() {
		String database = "--spring.datasource.url=jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1";
		List<CompletableFuture<ConfigurableApplicationContext>> starts = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			starts.add(CompletableFuture.supplyAsync(() -> new SpringApplicationBuilder(IdentityProvider.class)
				.properties("spring.config.name=identity-provider")
				.run("--server.port=0", "--demo.public-port=9000", "--demo.refresh-delay=0s",
						"--spring.jmx.enabled=false", "--demo.logout-uris.own-app=" + this.app.uri(),
						"--demo.logout-uris.demo=http://localhost:1/nobody", database)));
		}
		starts.forEach((start) -> this.providers.add(start.join()));
	}

	@AfterEach
	void stop() {
		this.providers.forEach(ConfigurableApplicationContext::close);
		this.app.close();
	}

	@Test
	void signWithOneKey() throws Exception {
		assertThat(get(0, "/oauth2/jwks").body()).contains("\"kid\"").isEqualTo(get(1, "/oauth2/jwks").body());
	}

	@Test
	void haveOneIssuer() throws Exception {
		for (int i = 0; i < 2; i++) {
			assertThat(get(i, "/.well-known/openid-configuration").body())
				.contains("\"issuer\":\"http://localhost:9000\"");
		}
	}

	@Test
	void eachRequestOfALoginMayReachAnotherOfThem() throws Exception {
		String code = logIn();
		HttpResponse<String> tokens = token(0, "grant_type=authorization_code&redirect_uri=" + encode(CALLBACK),
				"&code=" + code);
		assertThat(tokens.statusCode()).isEqualTo(200);
		HttpResponse<String> again = token(1, "grant_type=authorization_code&redirect_uri=" + encode(CALLBACK),
				"&code=" + code);
		assertThat(again.statusCode()).isEqualTo(400);
	}

	@Test
	void replacedRefreshTokenThatComesAgainRevokesWhatCameOfIt() throws Exception {
		String first = refreshToken(
				token(0, "grant_type=authorization_code&redirect_uri=" + encode(CALLBACK), "&code=" + logIn()));
		String second = refreshToken(token(0, "grant_type=refresh_token", "&refresh_token=" + first));
		assertThat(token(1, "grant_type=refresh_token", "&refresh_token=" + first).statusCode()).isEqualTo(400);
		assertThat(token(0, "grant_type=refresh_token", "&refresh_token=" + second).statusCode()).isEqualTo(400);
	}

	@Test
	void userWhoLogsOutIsLoggedOutEverywhereAndAppsAreTold() throws Exception {
		String idToken = idToken();
		String sid = JWTParser.parse(idToken).getJWTClaimsSet().getStringClaim("sid");
		assertThat(sid).as("of a session that the other instance began").isNotEmpty();

		HttpResponse<String> logout = get(1, "/connect/logout?id_token_hint=" + idToken);
		assertThat(logout.statusCode()).isEqualTo(302);
		assertThat(location(get(0, "/logged-in"))).endsWith("/login");
		SignedJWT token = SignedJWT.parse(this.app.takeToken());
		assertThat(token.getHeader().getType()).hasToString("logout+jwt");
		JWTClaimsSet claims = token.getJWTClaimsSet();
		assertThat(claims.getIssuer()).isEqualTo("http://localhost:9000");
		assertThat(claims.getAudience()).containsExactly("own-app");
		assertThat(claims.getSubject()).isEqualTo("alice");
		assertThat(claims.getJSONObjectClaim("events"))
			.containsOnlyKeys("http://schemas.openid.net/event/backchannel-logout");
		assertThat(claims.getClaims()).containsKeys("iat", "exp", "jti").doesNotContainKeys("sid", "nonce");
		RSAKey key = JWKSet.parse(get(0, "/oauth2/jwks").body()).getKeys().get(0).toRSAKey();
		assertThat(token.verify(new RSASSAVerifier(key))).isTrue();
	}

	@Test
	void logoutThatTheUserDidNotAskForIsRefused() throws Exception {
		String idToken = idToken();
		assertThat(get(0, "/connect/logout?id_token_hint=" + idToken.substring(0, idToken.length() - 8)).statusCode())
			.isEqualTo(400);
		assertThat(get(0, "/connect/logout?id_token_hint=" + idToken + "&post_logout_redirect_uri="
				+ encode("http://localhost:1/elsewhere"))
			.statusCode()).isEqualTo(400);
		assertThat(this.app.tokens).isEmpty();
	}

	@Test
	void checkIsGivenALogoutTokenOnRequest() throws Exception {
		SignedJWT token = SignedJWT.parse(send(request(1, "/logout-token?user=bob").setHeader("Accept", "*/*")).body());
		assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("bob");
		assertThat(token.getJWTClaimsSet().getAudience()).containsExactly("demo");
	}

	/**
	 * Asks the instances in turns, and returns the code.
	 */
	private String logIn() throws Exception {
		String authorize = "/oauth2/authorize?response_type=code&state=1&client_id=own-app&scope=openid&redirect_uri="
				+ encode(CALLBACK);
		assertThat(location(get(0, authorize))).endsWith("/login");
		String page = get(1, "/login").body();
		String form = "username=alice&password=password&_csrf=" + field(page, "_csrf") + "&continue="
				+ encode(field(page, "continue"));
		String next = location(send(request(0, "/login").header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form))));
		URI there = URI.create(next);
		String callback = location(get(1, there.getRawPath() + "?" + there.getRawQuery()));
		return find(callback, "[?&]code=([^&]+)");
	}

	private String idToken() throws Exception {
		return find(
				token(1, "grant_type=authorization_code&redirect_uri=" + encode(CALLBACK), "&code=" + logIn()).body(),
				"\"id_token\":\"([^\"]+)\"");
	}

	private HttpResponse<String> token(int provider, String grant, String more) throws Exception {
		return send(request(provider, "/oauth2/token").header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers
				.ofString(grant + more + "&client_id=own-app&client_secret=own-app-secret")));
	}

	private HttpResponse<String> get(int provider, String path) throws Exception {
		return send(request(provider, path));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return this.browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private HttpRequest.Builder request(int provider, String path) {
		String port = this.providers.get(provider).getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).header("Accept", "text/html");
	}

	private static String refreshToken(HttpResponse<String> tokens) {
		assertThat(tokens.statusCode()).isEqualTo(200);
		return find(tokens.body(), "\"refresh_token\":\"([^\"]+)\"");
	}

	private static String field(String page, String name) {
		return HtmlUtils.htmlUnescape(find(page, "name=\"" + name + "\"[^>]*value=\"([^\"]+)\""));
	}

	private static String find(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		assertThat(matcher.find()).as(pattern).isTrue();
		return matcher.group(1);
	}

	private static String location(HttpResponse<String> answer) {
		return answer.headers().firstValue("Location").orElse("none");
	}

	private static String encode(String value) {
		return URLEncoder.encode(value, StandardCharsets.UTF_8);
	}

	/**
	 * An app that takes logout tokens.
	 */
	private static final class App implements AutoCloseable {

		private final BlockingQueue<String> tokens = new LinkedBlockingQueue<>();

		private final HttpServer server;

		App() {
			try {
				this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			this.server.createContext("/logout", (exchange) -> {
				String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
				this.tokens.add(form.substring("logout_token=".length()));
				exchange.sendResponseHeaders(200, -1);
				exchange.close();
			});
			this.server.start();
		}

		String uri() {
			return "http://localhost:" + this.server.getAddress().getPort() + "/logout";
		}

		/**
		 * Returns the token that was sent before the user was answered.
		 */
		String takeToken() {
			return this.tokens.remove();
		}

		@Override
		public void close() {
			this.server.stop(0);
		}

	}

}
