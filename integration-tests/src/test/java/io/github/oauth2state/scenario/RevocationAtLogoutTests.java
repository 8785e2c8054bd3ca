package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a user's tokens are revoked at logout, on two instances that share tokens
 * and sessions and on a single one, with a real provider.
 */
@Tag("full")
class RevocationAtLogoutTests extends RevocationFixture {

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
