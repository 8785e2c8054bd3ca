package io.github.oauth2state.authorizationserver;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that are revoked while another request rotates them.
 */
class GrantRevocationTests {

	private static ConfigurableApplicationContext provider;

	private final ProviderClient client = new ProviderClient("plain");

	@BeforeAll
	static void start() {
		provider = ProviderApp.start(new SpringApplicationBuilder(App.class), List.of("oauth2-state.store=memory",
				"provider.service=memory", "spring.datasource.url=jdbc:h2:mem:revocation"));
	}

	@AfterAll
	static void stop() {
		provider.close();
	}

	@Test
	void revocationOutlastsARotationThatSavesLater() {
		HttpResponse<String> tokens = login();
		HttpResponse<String> rotated = whileRotating(tokens, () -> this.client.post(port(), "/oauth2/revoke",
				Map.of("token", ProviderClient.json(tokens, "refresh_token"))));
		assertRevoked(rotated);
	}

	@Test
	void reuseOfTheCodeOutlastsARotationThatSavesLater() {
		String code = this.client.authorize(port());
		HttpResponse<String> tokens = this.client.redeem(port(), code);
		HttpResponse<String> rotated = whileRotating(tokens, () -> this.client.redeem(port(), code));
		assertRevoked(rotated);
	}

	@Test
	void reuseOfARefreshTokenOutlastsARotationThatSavesLater() {
		HttpResponse<String> tokens = login();
		HttpResponse<String> next = this.client.refresh(port(), ProviderClient.json(tokens, "refresh_token"));
		HttpResponse<String> rotated = whileRotating(next,
				() -> this.client.refresh(port(), ProviderClient.json(tokens, "refresh_token")));
		assertRevoked(rotated);
	}

	@Test
	void rotationThatComesLaterThanARevocationIsRefused() {
		HttpResponse<String> tokens = login();
		String refreshToken = ProviderClient.json(tokens, "refresh_token");
		HoldingService service = provider.getBean(HoldingService.class);
		CountDownLatch found = service.holdNext(HoldingService.Call.FIND_REFRESH_TOKEN);
		CompletableFuture<HttpResponse<String>> rotation = CompletableFuture
			.supplyAsync(() -> this.client.refresh(port(), refreshToken));
		service.awaitHeld();
		assertThat(this.client.post(port(), "/oauth2/revoke", Map.of("token", refreshToken)).statusCode())
			.isEqualTo(200);
		found.countDown();
		assertThat(rotation.join().statusCode()).isEqualTo(400);
		assertThat(this.client.isActive(port(), ProviderClient.json(tokens, "access_token"))).isFalse();
	}

	private HttpResponse<String> login() {
		return this.client.redeem(port(), this.client.authorize(port()));
	}

	/**
	 * Does something while a request has claimed a refresh token, and not saved yet.
	 * @return the answer to that request
	 */
	private HttpResponse<String> whileRotating(HttpResponse<String> tokens, Runnable work) {
		HoldingService service = provider.getBean(HoldingService.class);
		CountDownLatch save = service.holdNext(HoldingService.Call.SAVE);
		CompletableFuture<HttpResponse<String>> rotation = CompletableFuture
			.supplyAsync(() -> this.client.refresh(port(), ProviderClient.json(tokens, "refresh_token")));
		service.awaitHeld();
		CompletableFuture<Void> working = CompletableFuture.runAsync(work);
		service.awaitLookupById();
		save.countDown();
		working.join();
		return rotation.join();
	}

	private void assertRevoked(HttpResponse<String> rotated) {
		assertThat(rotated.statusCode()).isEqualTo(200);
		assertThat(this.client.isActive(port(), ProviderClient.json(rotated, "access_token"))).isFalse();
		assertThat(this.client.refresh(port(), ProviderClient.json(rotated, "refresh_token")).statusCode())
			.isEqualTo(400);
	}

	private static int port() {
		return ProviderApp.port(provider);
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ProviderApp.class)
	static class App {

		@Bean
		@Primary
		HoldingService holdingService() {
			return new HoldingService();
		}

	}

	/**
	 * Holds a call up.
	 */
	static class HoldingService implements OAuth2AuthorizationService {

		private final OAuth2AuthorizationService service = new InMemoryOAuth2AuthorizationService();

		private final AtomicReference<@Nullable Call> next = new AtomicReference<>();

		private volatile CountDownLatch held = new CountDownLatch(1);

		private volatile CountDownLatch release = new CountDownLatch(1);

		private volatile CountDownLatch lookup = new CountDownLatch(1);

		CountDownLatch holdNext(Call call) {
			this.held = new CountDownLatch(1);
			this.release = new CountDownLatch(1);
			this.lookup = new CountDownLatch(1);
			this.next.set(call);
			return this.release;
		}

		void awaitHeld() {
			Awaitility.await().until(() -> this.held.getCount() == 0);
		}

		/**
		 * Waits until somebody looks for what became of the authorization.
		 */
		void awaitLookupById() {
			Awaitility.await().until(() -> this.lookup.getCount() == 0);
		}

		private void hold(Call call) {
			if (this.next.compareAndSet(call, null)) {
				this.held.countDown();
				try {
					this.release.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

		@Override
		public void save(OAuth2Authorization authorization) {
			hold(Call.SAVE);
			this.service.save(authorization);
		}

		@Override
		public void remove(OAuth2Authorization authorization) {
			this.service.remove(authorization);
		}

		@Override
		public @Nullable OAuth2Authorization findById(String id) {
			OAuth2Authorization found = this.service.findById(id);
			this.lookup.countDown();
			return found;
		}

		@Override
		public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
			OAuth2Authorization found = this.service.findByToken(token, tokenType);
			if (OAuth2TokenType.REFRESH_TOKEN.equals(tokenType)) {
				hold(Call.FIND_REFRESH_TOKEN);
			}
			return found;
		}

		enum Call {

			SAVE, FIND_REFRESH_TOKEN

		}

	}

}
