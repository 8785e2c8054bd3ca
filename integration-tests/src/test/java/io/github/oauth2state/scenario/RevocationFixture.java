package io.github.oauth2state.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import io.github.oauth2state.tokens.RefusalHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances that share tokens and sessions, a real provider, and a user.
 */
abstract class RevocationFixture {

	static final String LOGIN = "/oauth2/authorization/idp";

	static final String ON = "oauth2-state.logout.revoke-tokens=true";

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	final IdentityProvider idp = Cluster.shared().idp;

	final List<Instance> instances = new ArrayList<>();

	Instance a;

	Instance b;

	final Browser alice = Browser.overHttp();

	@AfterEach
	void stop() {
		this.instances.forEach(Instance::close);
	}

	void start(SharedStore store, String... properties) {
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

	static String refreshToken(@Nullable OAuth2AuthorizedClient tokens) {
		return tokens.getRefreshToken().getTokenValue();
	}

	static @Nullable OAuth2AuthorizedClient stored(Instance instance, String user) {
		return instance.context().getBean(OAuth2AuthorizedClientService.class).loadAuthorizedClient("idp", user);
	}

	boolean isActive(String token) throws IOException, InterruptedException {
		return post("/oauth2/introspect", token).contains("\"active\":true");
	}

	String post(String path, String token) throws IOException, InterruptedException {
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

		final List<String> users = new CopyOnWriteArrayList<>();

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

}
