package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.web.DefaultReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactive instances revoke tokens when users log out, as {@link RevocationAtLogoutTests}
 * and {@link RefreshAtLogoutTests} have it for servlet ones, and end sessions whose
 * tokens the provider refuses.
 */
class ReactiveRevocationAtLogoutTests {

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

	private void start(SharedStore store, String property) {
		boolean redis = store == SharedStore.REDIS;
		List<String> properties = new ArrayList<>(store.newRecords().properties());
		properties.addAll(List.of("oauth2-state.tokens.store=" + (redis ? "redis" : "jdbc"),
				"oauth2-state.tokens.keys=" + Keys.random("k1"), property));
		Class<?> sessions = redis ? SharedSessions.InRedis.class : SharedSessions.InPostgres.class;
		this.a = instance(properties, sessions);
		this.b = instance(properties, sessions);
	}

	private Instance instance(List<String> properties, Class<?> sessions) {
		Instance instance = Instance.start(Stack.REACTIVE, this.idp, null, properties, sessions, Refreshing.class);
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
	}

	@ParameterizedTest
	@EnumSource
	void refreshThatRunsDuringTheLogoutSavesNothingAndItsTokensAreRevoked(SharedStore store) throws Exception {
		start(store, ON);
		this.alice.follow(this.a, LOGIN);
		makeDue("alice");
		Gate gate = this.a.context().getBean(Gate.class);
		gate.shut = true;
		CompletableFuture<Browser.Page> refresh = CompletableFuture
			.supplyAsync(() -> this.alice.send(this.a, "/token", null));
		String refreshed = gate.refreshed.poll(30, TimeUnit.SECONDS);
		assertThat(isActive(refreshed)).isTrue();
		this.alice.logOut(this.b);
		gate.shut = false;
		refresh.join();
		assertThat(stored(this.b, "alice")).isNull();
		Awaitility.await().until(() -> !isActive(refreshed));
	}

	@ParameterizedTest
	@EnumSource
	void refusedRefreshEndsTheSessionOnAllInstances(SharedStore store) throws Exception {
		start(store, "oauth2-state.refresh.on-refusal=logout");
		this.alice.follow(this.a, LOGIN);
		Browser bob = Browser.overHttp().as("bob");
		bob.follow(this.a, LOGIN);
		post("/oauth2/revoke", refreshToken(stored(this.a, "alice")));
		makeDue("alice");
		assertThat(this.alice.send(this.b, "/token", null).body()).isEqualTo("invalid_grant");
		assertThat(this.alice.signedInAs(this.a)).isEmpty();
		assertThat(this.alice.signedInAs(this.b)).isEmpty();
		assertThat(stored(this.a, "alice")).isNull();
		assertThat(bob.signedInAs(this.b)).isEqualTo("bob");
	}

	private static String refreshToken(@Nullable OAuth2AuthorizedClient tokens) {
		return tokens.getRefreshToken().getTokenValue();
	}

	private static @Nullable OAuth2AuthorizedClient stored(Instance instance, String user) {
		return clients(instance).<OAuth2AuthorizedClient>loadAuthorizedClient("idp", user).block();
	}

	private static ReactiveOAuth2AuthorizedClientService clients(Instance instance) {
		return instance.context().getBean(ReactiveOAuth2AuthorizedClientService.class);
	}

	/**
	 * Lets the access token of a user expire.
	 */
	private void makeDue(String user) {
		OAuth2AuthorizedClient tokens = stored(this.a, user);
		Instant expired = Instant.now().minusSeconds(1);
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "expired",
				expired.minusSeconds(300), expired);
		clients(this.a)
			.saveAuthorizedClient(
					new OAuth2AuthorizedClient(tokens.getClientRegistration(), user, token, tokens.getRefreshToken()),
					new TestingAuthenticationToken(user, null, List.of()))
			.block();
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

	@Configuration(proxyBeanMethods = false)
	static class Refreshing {

		@Bean
		Gate gate() {
			return new Gate();
		}

		@Bean
		Consumer<DefaultReactiveOAuth2AuthorizedClientManager> stopsBeforeSave(Gate gate,
				ReactiveOAuth2AuthorizedClientService clients) {
			return (manager) -> manager.setAuthorizationSuccessHandler((client, principal, attributes) -> {
				gate.refreshed.add(client.getRefreshToken().getTokenValue());
				return gate.pass().then(Mono.defer(() -> clients.saveAuthorizedClient(client, principal)));
			});
		}

		@Bean
		Tokens tokens(ReactiveOAuth2AuthorizedClientManager manager) {
			return new Tokens(manager);
		}

	}

	/**
	 * Can stop a request after its refresh and before its tokens are saved.
	 */
	static final class Gate {

		private final BlockingQueue<String> refreshed = new LinkedBlockingQueue<>();

		private volatile boolean shut;

		Mono<Void> pass() {
			return Mono.defer(() -> this.shut ? Mono.delay(Duration.ofMillis(20)).then(pass()) : Mono.empty());
		}

	}

	@RestController
	static final class Tokens {

		private final ReactiveOAuth2AuthorizedClientManager manager;

		Tokens(ReactiveOAuth2AuthorizedClientManager manager) {
			this.manager = manager;
		}

		@GetMapping("/token")
		Mono<ResponseEntity<String>> token(Authentication user, ServerWebExchange exchange) {
			return this.manager
				.authorize(OAuth2AuthorizeRequest.withClientRegistrationId("idp")
					.principal(user)
					.attribute(ServerWebExchange.class.getName(), exchange)
					.build())
				.map((client) -> ResponseEntity.ok(client.getAccessToken().getTokenValue()))
				.onErrorResume(OAuth2AuthorizationException.class,
						(ex) -> Mono.just(ResponseEntity.status(502).body(ex.getError().getErrorCode())));
		}

	}

}
