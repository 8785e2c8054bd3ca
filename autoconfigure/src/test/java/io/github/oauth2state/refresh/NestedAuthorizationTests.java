package io.github.oauth2state.refresh;

import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizationSuccessHandler;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.RemoveAuthorizedClientOAuth2AuthorizationFailureHandler;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Listeners, handlers and token clients that use other tokens while those of a user are
 * refreshed, on the same thread. Meanwhile another instance saves newer tokens of the
 * user, which must stay.
 */
class NestedAuthorizationTests {

	private static final Authentication ALICE = new TestingAuthenticationToken("alice", "none", "ROLE_USER");

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final AtomicBoolean nested = new AtomicBoolean();

	private final WebApplicationContextRunner runner = TestApp.runner()
		.withConfiguration(
				AutoConfigurations.of(DataRedisAutoConfiguration.class, RedisStateStoreAutoConfiguration.class))
		.withPropertyValues("spring.application.name=nested-" + UUID.randomUUID(),
				"spring.data.redis.host=" + TestRedis.instance().host(),
				"spring.data.redis.port=" + TestRedis.instance().port(), "oauth2-state.store=redis",
				"oauth2-state.tokens.store=redis",
				"oauth2-state.tokens.keys=k:"
						+ Base64.getEncoder().encodeToString(KeyGenerators.secureRandom(32).generateKey()))
		.withPropertyValues(TestApp.registration("idp", "authorization_code", this.endpoint))
		.withPropertyValues(TestApp.registration("other", "authorization_code", this.endpoint));

	@AfterEach
	void close() {
		this.endpoint.close();
	}

	@Test
	void listenerThatUsesOtherTokensDoesNotLetOlderTokensOverwriteNewer() {
		assertNewerTokensStayAfter("other", (context) -> authorize(context, "other"));
	}

	@Test
	void listenerThatUsesTheSameTokensDoesNotLetOlderTokensOverwriteNewer() {
		assertNewerTokensStayAfter("other", (context) -> authorize(context, "idp"));
	}

	@Test
	void listenerWhoseOtherTokensAreRefusedDoesNotLetOlderTokensOverwriteNewer() {
		assertNewerTokensStayAfter("spent", (context) -> assertThatExceptionOfType(ClientAuthorizationException.class)
			.isThrownBy(() -> authorize(context, "other")));
	}

	private void assertNewerTokensStayAfter(String otherToken, Consumer<ApplicationContext> work) {
		this.runner.run((context) -> {
			spend(context);
			ApplicationListener<OAuth2AuthorizedClientRefreshedEvent> listener = (event) -> {
				if (this.nested.compareAndSet(false, true)) {
					work.accept(context);
					save(context, "idp", "newer", Instant.now().plusSeconds(300));
				}
			};
			((ConfigurableApplicationContext) context.getSourceApplicationContext()).addApplicationListener(listener);
			saveExpired(context, "idp", "first");
			saveExpired(context, "other", otherToken);
			authorize(context, "idp");
			assertThat(this.nested).isTrue();
			assertThat(load(context, "idp")).isEqualTo("newer");
		});
	}

	@Test
	void successHandlerThatUsesOtherTokensDoesNotLetOlderTokensOverwriteNewer() {
		this.runner.run((context) -> {
			OAuth2AuthorizedClientService clients = context.getBean(OAuth2AuthorizedClientService.class);
			OAuth2AuthorizationSuccessHandler handler = (client, principal, attributes) -> {
				if (this.nested.compareAndSet(false, true)) {
					authorize(context, "other");
					save(context, "idp", "newer", Instant.now().plusSeconds(300));
				}
				clients.saveAuthorizedClient(client, principal);
			};
			manager(context).setAuthorizationSuccessHandler(handler);
			saveExpired(context, "idp", "first");
			saveExpired(context, "other", "other");
			authorize(context, "idp");
			assertThat(load(context, "idp")).isEqualTo("newer");
		});
	}

	@Test
	void failureHandlerWhoseOtherTokensAreRefusedRemovesNothingNewer() {
		OAuth2AuthorizationFailureHandler[] removing = new OAuth2AuthorizationFailureHandler[1];
		this.runner
			.withBean(Handlers.class,
					() -> (manager) -> manager.setAuthorizationFailureHandler((exception, principal,
							attributes) -> removing[0].onAuthorizationFailure(exception, principal, attributes)))
			.run((context) -> {
				OAuth2AuthorizedClientService clients = context.getBean(OAuth2AuthorizedClientService.class);
				OAuth2AuthorizationFailureHandler delegate = new RemoveAuthorizedClientOAuth2AuthorizationFailureHandler(
						(id, principal, attributes) -> clients.removeAuthorizedClient(id, principal.getName()));
				removing[0] = (exception, principal, attributes) -> {
					if (this.nested.compareAndSet(false, true)) {
						assertThatExceptionOfType(ClientAuthorizationException.class)
							.isThrownBy(() -> authorize(context, "other"));
						save(context, "idp", "newer", Instant.now().plusSeconds(300));
					}
					delegate.onAuthorizationFailure(exception, principal, attributes);
				};
				spend(context);
				saveExpired(context, "idp", "spent");
				saveExpired(context, "other", "spent");
				assertThatExceptionOfType(ClientAuthorizationException.class)
					.isThrownBy(() -> authorize(context, "idp"));
				assertThat(load(context, "idp")).isEqualTo("newer");
				assertThat(load(context, "other")).isNull();
			});
	}

	@Test
	void failureHandlerMayRemoveOtherTokensOfTheUser() {
		this.runner
			.withBean(Handlers.class,
					() -> (manager) -> manager
						.setAuthorizationFailureHandler((exception, principal, attributes) -> this.nested.set(true)))
			.run((context) -> {
				spend(context);
				saveExpired(context, "idp", "spent");
				saveExpired(context, "other", "other");
				OAuth2AuthorizedClientService clients = context.getBean(OAuth2AuthorizedClientService.class);
				OAuth2AuthorizationFailureHandler handler = (exception, principal, attributes) -> clients
					.removeAuthorizedClient("other", principal.getName());
				manager(context)
					.setAuthorizationFailureHandler(context.getBean(RemovalWatcher.class).watchRemovals(handler));
				assertThatExceptionOfType(ClientAuthorizationException.class)
					.isThrownBy(() -> authorize(context, "idp"));
				assertThat(load(context, "other")).isNull();
			});
	}

	/**
	 * Makes the refresh token {@code spent} one that the provider refuses.
	 */
	private void spend(ApplicationContext context) {
		saveExpired(context, "other", "spent");
		authorize(context, "other");
		TestRedis.instance().commands().flushall();
	}

	private static DefaultOAuth2AuthorizedClientManager manager(ApplicationContext context) {
		return context.getBean(DefaultOAuth2AuthorizedClientManager.class);
	}

	private static void authorize(ApplicationContext context, String registration) {
		TestApp.authorize(context.getBean(OAuth2AuthorizedClientManager.class), registration, ALICE);
	}

	private static void saveExpired(ApplicationContext context, String registration, String refreshToken) {
		save(context, registration, refreshToken, Instant.now().minusSeconds(10));
	}

	private static void save(ApplicationContext context, String registration, String refreshToken, Instant expires) {
		OAuth2AccessToken access = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
				"access-of-" + refreshToken, expires.minusSeconds(300), expires);
		context.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(new OAuth2AuthorizedClient(
					context.getBean(ClientRegistrationRepository.class).findByRegistrationId(registration), "alice",
					access, new OAuth2RefreshToken(refreshToken, Instant.now())), ALICE);
	}

	private static @Nullable String load(ApplicationContext context, String registration) {
		OAuth2AuthorizedClient client = context.getBean(OAuth2AuthorizedClientService.class)
			.loadAuthorizedClient(registration, "alice");
		return (client != null) ? client.getRefreshToken().getTokenValue() : null;
	}

	/**
	 * Spring Security lets a bean of this type set up its manager.
	 */
	interface Handlers extends Consumer<DefaultOAuth2AuthorizedClientManager> {

	}

}
