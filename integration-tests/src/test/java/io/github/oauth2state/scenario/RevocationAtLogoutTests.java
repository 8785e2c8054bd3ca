package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.github.oauth2state.tokens.RefusalHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of a user's tokens at logout, and of the user when tokens are refused, on
 * two instances that share tokens and sessions, at a real provider.
 */
@Tag("full")
class RevocationAtLogoutTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private static final String ON = "oauth2-state.logout.revoke-tokens=true";

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final IdentityProvider idp = Cluster.shared().idp;

	private final List<Instance> instances = new ArrayList<>();

	private Instance a;

	private Instance b;

	private final Browser alice = Browser.overHttp();

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
	}

	private void start(SharedStore store, String... properties) {
		StoredRecords records = store.newRecords();
		boolean redis = store == SharedStore.REDIS;
		List<String> all = new ArrayList<>(records.properties());
		all.addAll(List.of("oauth2-state.tokens.store=" + (redis ? "redis" : "jdbc"),
				"oauth2-state.tokens.keys=" + Keys.random("k1")));
		all.addAll(List.of(properties));
		Class<?> sessions = redis ? SharedSessions.InRedis.class : SharedSessions.InPostgres.class;
		this.a = instance(all, sessions, Refreshing.class);
		this.b = instance(all, sessions, Refreshing.class);
	}

	private Instance instance(List<String> properties, Class<?>... configurations) {
		Instance instance = Instance.start(this.idp, null, properties, configurations);
		this.instances.add(instance);
		return instance;
	}

	@ParameterizedTest
	@EnumSource
	void tokensOfALogoutOnAnyInstanceAreDeadAtTheProvider(SharedStore store) throws Exception {
		start(store, ON);
		this.alice.follow(this.a, LOGIN);
		Browser bob = Browser.overHttp().as("bob");
		bob.follow(this.a, LOGIN);
		OAuth2AuthorizedClient tokens = stored(this.b, "alice");
		assertThat(isActive(refreshToken(tokens))).isTrue();
		this.alice.logOut(this.b);
		assertThat(this.alice.signedInAs(this.a)).isEmpty();
		assertThat(stored(this.a, "alice")).isNull();
		Awaitility.await().until(() -> !isActive(refreshToken(tokens)));
		Awaitility.await().until(() -> !isActive(tokens.getAccessToken().getTokenValue()));
		assertThat(isActive(refreshToken(stored(this.a, "bob")))).isTrue();
		this.alice.follow(this.a, LOGIN);
		assertThat(isActive(refreshToken(stored(this.b, "alice")))).isTrue();
	}

	@Test
	void tokensStayUnlessRevocationIsOn() throws Exception {
		start(SharedStore.REDIS);
		this.alice.follow(this.a, LOGIN);
		this.alice.logOut(this.b);
		assertThat(this.alice.signedInAs(this.a)).isEmpty();
		assertThat(isActive(refreshToken(stored(this.a, "alice")))).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void sharedTokensAreRevokedOnceIfTheUserLogsOutTwiceAtTheSameTime(SharedStore store) throws Exception {
		try (Endpoint endpoint = new Endpoint(new CountDownLatch(0))) {
			start(store, ON, "oauth2-state.logout.revocation-uris.idp=" + endpoint.uri());
			for (int round = 0; round < 5; round++) {
				Browser other = Browser.overHttp();
				this.alice.follow(this.a, LOGIN);
				other.follow(this.b, LOGIN);
				String refreshToken = refreshToken(stored(this.a, "alice"));
				CompletableFuture<Void> first = CompletableFuture.runAsync(() -> this.alice.logOut(this.a));
				other.logOut(this.b);
				first.join();
				assertThat(endpoint.awaitToken()).isEqualTo(refreshToken);
				assertThat(endpoint.awaitToken()).isNotEqualTo(refreshToken);
			}
			this.instances.forEach(Instance::close);
			assertThat(endpoint.tokens).isEmpty();
		}
	}

	@Test
	void providerThatDoesNotAnswerDelaysNoLogout() throws Exception {
		CountDownLatch answer = new CountDownLatch(1);
		try (Endpoint endpoint = new Endpoint(answer)) {
			start(SharedStore.REDIS, ON, "oauth2-state.logout.revocation-uris.idp=" + endpoint.uri());
			this.alice.follow(this.a, LOGIN);
			this.alice.logOut(this.b);
			assertThat(endpoint.awaitToken()).isNotBlank();
			assertThat(this.alice.signedInAs(this.a)).isEmpty();
			assertThat(stored(this.a, "alice")).isNull();
			assertThat(answer.getCount()).as("The provider has not answered").isEqualTo(1);
			answer.countDown();
		}
	}

	@ParameterizedTest
	@EnumSource
	void refreshThatRunsDuringTheLogoutSavesNothingAndItsTokensAreRevoked(SharedStore store) throws Exception {
		start(store, ON);
		this.alice.follow(this.a, LOGIN);
		makeDue("alice");
		Gate gate = this.a.context().getBean(Gate.class);
		gate.shut();
		CompletableFuture<Browser.Page> refresh = CompletableFuture
			.supplyAsync(() -> this.alice.send(this.a, "/token", null));
		String refreshed = gate.awaitRefresh();
		assertThat(isActive(refreshed)).isTrue();
		this.alice.logOut(this.b);
		gate.open();
		// Spring Session fails to save a session that is gone
		refresh.join();
		assertThat(stored(this.b, "alice")).isNull();
		Awaitility.await().until(() -> !isActive(refreshed));
	}

	@Test
	void tokensInMemoryAreRevokedToo() throws Exception {
		Instance alone = Instance.start(this.idp, Cluster.shared().store, List.of(ON), Refreshing.class);
		this.instances.add(alone);
		this.alice.follow(alone, LOGIN);
		String refreshToken = refreshToken(stored(alone, "alice"));
		this.alice.logOut(alone);
		assertThat(stored(alone, "alice")).isNull();
		Awaitility.await().until(() -> !isActive(refreshToken));
	}

	@Test
	void sessionThatANewLoginEndsDoesNotTakeItsTokensAlong() throws Exception {
		Instance alone = Instance.start(this.idp, Cluster.shared().store, List.of(ON), OneSession.class);
		this.instances.add(alone);
		Browser newer = Browser.overHttp();
		this.alice.follow(alone, LOGIN);
		newer.follow(alone, LOGIN);
		assertThat(this.alice.open(alone, "/me").body()).contains("expired");
		assertThat(newer.signedInAs(alone)).isEqualTo("alice");
		assertThat(isActive(refreshToken(stored(alone, "alice")))).isTrue();
	}

	@Test
	void refusedRefreshIsHandedOnWithTheUserWhoLoggedIn() throws Exception {
		start(SharedStore.REDIS, "oauth2-state.refresh.on-refusal=logout");
		this.alice.follow(this.a, LOGIN);
		post("/oauth2/revoke", refreshToken(stored(this.a, "alice")));
		makeDue("alice");
		assertThat(this.alice.send(this.b, "/token", null).status()).isEqualTo(502);
		assertThat(this.b.context().getBean(Refusals.class).users)
			.containsExactly("idp OAuth2AuthenticationToken alice");
		assertThat(this.a.context().getBean(Refusals.class).users).isEmpty();
		assertThat(this.alice.signedInAs(this.a)).isEmpty();
	}

	private static String refreshToken(@Nullable OAuth2AuthorizedClient tokens) {
		return tokens.getRefreshToken().getTokenValue();
	}

	private static @Nullable OAuth2AuthorizedClient stored(Instance instance, String user) {
		return instance.context().getBean(OAuth2AuthorizedClientService.class).loadAuthorizedClient("idp", user);
	}

	/**
	 * Lets the access token of a user expire.
	 */
	private void makeDue(String user) {
		OAuth2AuthorizedClient tokens = stored(this.a, user);
		Instant expired = Instant.now().minusSeconds(1);
		this.a.context()
			.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(
					new OAuth2AuthorizedClient(tokens.getClientRegistration(), user,
							new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "expired",
									expired.minusSeconds(300), expired),
							tokens.getRefreshToken()),
					new TestingAuthenticationToken(user, null, List.of()));
	}

	private boolean isActive(String token) throws IOException, InterruptedException {
		return post("/oauth2/introspect", token).contains("\"active\":true");
	}

	private String post(String path, String token) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.idp.issuer() + path))
			.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString("app:secret".getBytes(StandardCharsets.US_ASCII)))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString("token=" + token))
			.build();
		HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	/**
	 * A revocation endpoint that notes tokens, and answers when a gate is open.
	 */
	private static final class Endpoint implements AutoCloseable {

		private final BlockingQueue<String> tokens = new LinkedBlockingQueue<>();

		private final HttpServer server;

		Endpoint(CountDownLatch gate) throws IOException {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
			this.server.createContext("/revoke", (exchange) -> {
				String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
				this.tokens
					.add(URLDecoder.decode(form.replaceFirst(".*\\btoken=([^&]*).*", "$1"), StandardCharsets.UTF_8));
				try {
					gate.await(1, TimeUnit.MINUTES);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				exchange.sendResponseHeaders(200, -1);
				exchange.close();
			});
			this.server.start();
		}

		String uri() {
			return "http://localhost:" + this.server.getAddress().getPort() + "/revoke";
		}

		@Nullable String awaitToken() throws InterruptedException {
			return this.tokens.poll(30, TimeUnit.SECONDS);
		}

		@Override
		public void close() {
			this.server.stop(0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Refreshing {

		@Bean
		Gate gate() {
			return new Gate();
		}

		@Bean
		Refusals refusals() {
			return new Refusals();
		}

		@Bean
		Tokens tokens(OAuth2AuthorizedClientManager manager) {
			return new Tokens(manager);
		}

	}

	/**
	 * Can stop a request after its refresh and before Spring Security saves the tokens.
	 */
	static final class Gate implements ApplicationListener<OAuth2AuthorizedClientRefreshedEvent> {

		private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);

		private final BlockingQueue<String> refreshed = new LinkedBlockingQueue<>();

		@Override
		public void onApplicationEvent(OAuth2AuthorizedClientRefreshedEvent event) {
			this.refreshed.add(event.getAuthorizedClient().getRefreshToken().getTokenValue());
			this.gate.acquireUninterruptibly();
			this.gate.release();
		}

		void shut() {
			this.gate.drainPermits();
		}

		void open() {
			this.gate.release(1000);
		}

		/**
		 * Waits for a refresh.
		 * @return the new refresh token
		 */
		String awaitRefresh() throws InterruptedException {
			return this.refreshed.poll(30, TimeUnit.SECONDS);
		}

	}

	static final class Refusals implements RefusalHandler {

		private final List<String> users = new CopyOnWriteArrayList<>();

		@Override
		public void onRefusal(ClientRegistration registration, Authentication user) {
			this.users
				.add(registration.getRegistrationId() + " " + user.getClass().getSimpleName() + " " + user.getName());
		}

	}

	@RestController
	static final class Tokens {

		private final OAuth2AuthorizedClientManager manager;

		Tokens(OAuth2AuthorizedClientManager manager) {
			this.manager = manager;
		}

		@GetMapping("/token")
		ResponseEntity<String> token(Authentication user, HttpServletRequest request, HttpServletResponse response) {
			try {
				OAuth2AuthorizedClient client = this.manager
					.authorize(OAuth2AuthorizeRequest.withClientRegistrationId("idp")
						.principal(user)
						.attribute(HttpServletRequest.class.getName(), request)
						.attribute(HttpServletResponse.class.getName(), response)
						.build());
				return ResponseEntity.ok(client.getAccessToken().getTokenValue());
			}
			catch (OAuth2AuthorizationException ex) {
				return ResponseEntity.status(502).body(ex.getError().getErrorCode());
			}
		}

	}

	/**
	 * A user who is the same in each session.
	 */
	@SuppressWarnings("serial")
	private static final class User extends DefaultOidcUser {

		User(OidcIdToken token) {
			super(AuthorityUtils.createAuthorityList("ROLE_USER"), token);
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof User user && user.getName().equals(getName());
		}

		@Override
		public int hashCode() {
			return getName().hashCode();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OneSession {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login((login) -> login
					.userInfoEndpoint((users) -> users.oidcUserService((request) -> new User(request.getIdToken()))))
				.sessionManagement((sessions) -> sessions.maximumSessions(1))
				.build();
		}

	}

}
