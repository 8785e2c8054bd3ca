package io.github.oauth2state.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.userinfo.DefaultReactiveOAuth2UserService;
import org.springframework.security.oauth2.client.userinfo.OAuth2UserRequest;
import org.springframework.security.oauth2.client.userinfo.ReactiveOAuth2UserService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.support.NoBlocking;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many users of one reactive app who log in at the same time, while the store is slow. A
 * servlet app would need a thread for each of them. No caller blocks here: neither the
 * users nor the provider nor the store.
 */
@Tag("full")
@Timeout(180)
class LoginCrowdTests {

	private static final int USERS = 2000;

	/**
	 * Reactor's and the library's own pools, which do not grow with the users.
	 */
	private static final int MORE_THREADS = 40;

	private static DisposableServer provider;

	private static Instance app;

	private final HttpClient http = client().followRedirect(false);

	@BeforeAll
	static void start() {
		NoBlocking.install();
		provider = HttpServer.create()
			.host("localhost")
			.route((routes) -> routes
				.post("/token",
						(request, response) -> response.header("Content-Type", "application/json")
							.sendString(request.receive().aggregate().asString().thenReturn("""
									{"access_token": "a", "token_type": "Bearer", "expires_in": 300}""")))
				.get("/userinfo",
						(request, response) -> response.header("Content-Type", "application/json")
							.sendString(Mono.just("{\"sub\": \"alice\"}"))))
			.bindNow();
		app = Instance.start(Stack.REACTIVE, Cluster.shared(Stack.REACTIVE).idp, null,
				List.of("oauth2-state.timeout=60s", "spring.autoconfigure.exclude=" + Instance.NOT_OF_THE_APP),
				App.class);
	}

	@AfterAll
	static void stop() {
		app.close();
		provider.disposeNow();
	}

	/**
	 * Everybody is between begin and callback at once, and then all call back.
	 */
	@Test
	void crowdLogsInWithoutAThreadForEachUser() {
		logIn(50);
		app.takeEvents();
		int before = Thread.activeCount();
		ThreadCount threads = new ThreadCount();
		threads.start();
		logIn(USERS);
		int peak = threads.end();
		System.out.printf("%d logins at once: %d threads before, at most %d%n", USERS, before, peak);
		assertThat(app.takeOutcomes()).hasSize(USERS).containsOnly(LoginOutcome.COMPLETED);
		assertThat(peak - before).isLessThan(MORE_THREADS);
	}

	private void logIn(int users) {
		SlowStore.answerCallsTogether(users);
		List<Started> started = Flux.range(0, users).flatMap((user) -> begin(), users).collectList().block();
		assertThat(started).hasSize(users);
		assertThat(SlowStore.missing).hasValue(0);
		SlowStore.answerCallsTogether(users);
		List<String> locations = Flux.fromIterable(started).flatMap(this::callBack, users).collectList().block();
		assertThat(locations).hasSize(users).containsOnly("/");
		assertThat(SlowStore.missing).hasValue(0);
	}

	private Mono<Started> begin() {
		return get("/oauth2/authorization/crowd", "").map((response) -> new Started(
				response.responseHeaders().get("Location").replaceFirst(".*[?&]state=([^&]*).*", "$1"),
				response.cookies()
					.values()
					.stream()
					.flatMap((cookies) -> cookies.stream())
					.map((cookie) -> cookie.name() + "=" + cookie.value())
					.collect(Collectors.joining("; "))));
	}

	private Mono<String> callBack(Started login) {
		return get("/login/oauth2/code/crowd?code=c&state=" + login.state, login.cookies)
			.map((response) -> response.responseHeaders().get("Location", "none"));
	}

	private Mono<HttpClientResponse> get(String path, String cookies) {
		return this.http.headers((headers) -> headers.set("Accept", "text/html").set("Cookie", cookies))
			.get()
			.uri("http://localhost:" + app.port() + path)
			.response();
	}

	private static HttpClient client() {
		return HttpClient.create(ConnectionProvider.builder("crowd")
			.maxConnections(USERS)
			.pendingAcquireMaxCount(-1)
			.pendingAcquireTimeout(Duration.ofMinutes(2))
			.build());
	}

	private record Started(String state, String cookies) {

	}

	private static final class ThreadCount extends Thread {

		private volatile boolean ended;

		private int peak;

		@Override
		public void run() {
			while (!this.ended) {
				this.peak = Math.max(this.peak, Thread.activeCount());
				LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
			}
		}

		int end() {
			this.ended = true;
			try {
				join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return this.peak;
		}

	}

	/**
	 * A store that does not answer before everybody has called it once, without a thread
	 * that waits.
	 */
	private static final class SlowStore implements ReactiveStateStore {

		private static final AtomicInteger missing = new AtomicInteger();

		private static volatile Sinks.Empty<Void> everybody = Sinks.empty();

		private final Map<StateKey, byte[]> records = new ConcurrentHashMap<>();

		static void answerCallsTogether(int calls) {
			everybody = Sinks.empty();
			missing.set(calls);
		}

		@Override
		public Mono<byte[]> putIfAbsent(StateKey key, byte[] value, Duration ttl) {
			return late(Mono.fromSupplier(() -> this.records.putIfAbsent(key, value)));
		}

		@Override
		public Mono<byte[]> find(StateKey key) {
			return late(Mono.fromSupplier(() -> this.records.get(key)));
		}

		@Override
		public Mono<byte[]> take(StateKey key) {
			return late(Mono.fromSupplier(() -> this.records.remove(key)));
		}

		@Override
		public Mono<Boolean> replace(StateKey key, byte[] expected, byte[] value, Duration ttl) {
			return Mono.error(new UnsupportedOperationException());
		}

		@Override
		public Mono<Boolean> remove(StateKey key, byte[] expected) {
			return Mono.error(new UnsupportedOperationException());
		}

		private static <T> Mono<T> late(Mono<T> answer) {
			return Mono.defer(() -> {
				if (missing.decrementAndGet() == 0) {
					everybody.tryEmitEmpty();
				}
				return everybody.asMono().then(answer);
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class App {

		private final WebClient client = WebClient.builder()
			.clientConnector(new ReactorClientHttpConnector(LoginCrowdTests.client()))
			.build();

		@Bean
		ReactiveStateStore slowStore() {
			return new SlowStore();
		}

		@Bean
		ReactiveClientRegistrationRepository registrations() {
			String uri = "http://localhost:" + provider.port();
			return new InMemoryReactiveClientRegistrationRepository(ClientRegistration.withRegistrationId("crowd")
				.clientId("app")
				.clientSecret("secret")
				.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
				.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
				.authorizationUri(uri + "/authorize")
				.tokenUri(uri + "/token")
				.userInfoUri(uri + "/userinfo")
				.userNameAttributeName("sub")
				.build());
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		ReactiveOAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
			WebClientReactiveAuthorizationCodeTokenResponseClient tokens = new WebClientReactiveAuthorizationCodeTokenResponseClient();
			tokens.setWebClient(this.client);
			return tokens;
		}

		@Bean
		ReactiveOAuth2UserService<OAuth2UserRequest, OAuth2User> users() {
			DefaultReactiveOAuth2UserService users = new DefaultReactiveOAuth2UserService();
			users.setWebClient(this.client);
			return users;
		}

	}

}
