package io.github.oauth2state.logout;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReactiveTokenLogoutHandler}, and for how filter chains come to have
 * it.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveTokenLogoutTests {

	private static final OAuth2AuthenticationToken ALICE = new OAuth2AuthenticationToken(
			new DefaultOAuth2User(List.of(), Map.of("sub", "alice"), "sub"), List.of(), "idp");

	private final ReactiveWebApplicationContextRunner app = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
				ReactiveTokenRevocationAutoConfiguration.class))
		.withUserConfiguration(ReactiveLogoutAutoConfigurationTests.LogoutChain.class);

	private final Clients clients = new Clients();

	private final List<String> revoked = new ArrayList<>();

	private final ReactiveTokenLogoutHandler handler = handler(this.clients);

	private ReactiveTokenLogoutHandler handler(@Nullable ServerOAuth2AuthorizedClientRepository repository) {
		return new ReactiveTokenLogoutHandler((client) -> this.revoked.add(client.getAccessToken().getTokenValue()),
				() -> repository);
	}

	@Test
	void tokensOfTheLoginAreRemovedAndRevoked() {
		logOut(this.handler, ALICE);
		assertThat(this.clients.removed).containsExactly("idp alice");
		assertThat(this.revoked).containsExactly("planted");
		logOut(this.handler, ALICE);
		assertThat(this.revoked).hasSize(1);
	}

	@Test
	void nobodyElseHasTokens() {
		logOut(this.handler, new TestingAuthenticationToken("alice", "password"));
		assertThat(this.clients.removed).isEmpty();
		assertThat(this.revoked).isEmpty();
	}

	@Test
	void tokensThatCannotBeLoadedKeepNobodyFromLoggingOut(CapturedOutput output) {
		this.clients.loadFails = true;
		logOut(this.handler, ALICE);
		assertThat(this.revoked).isEmpty();
		assertThat(output).contains("neither removed nor revoked: registration idp", "IllegalStateException")
			.doesNotContain("planted", "alice");
	}

	@Test
	void tokensThatCannotBeRemovedAreRevokedNevertheless(CapturedOutput output) {
		this.clients.removeFails = true;
		logOut(this.handler, ALICE);
		assertThat(this.revoked).containsExactly("planted");
		assertThat(output).contains("revoked, but not removed: registration idp").doesNotContain("planted", "alice");
	}

	@Test
	void appThatKeepsNoTokensHasNothingToRevoke() {
		logOut(handler(null), ALICE);
		assertThat(this.revoked).isEmpty();
	}

	/**
	 * The chain sets a handler of its own, which removes all others.
	 */
	@Test
	void logoutOfEachChainRevokes() {
		this.app.withPropertyValues("oauth2-state.logout.revoke-tokens=true")
			.withBean(ServerOAuth2AuthorizedClientRepository.class, () -> this.clients)
			.run((context) -> {
				logOut(handlerOfChain(context), ALICE);
				assertThat(this.clients.removed).containsExactly("idp alice");
			});
	}

	@Test
	void sessionThatEndsOtherwiseKeepsItsTokens() {
		this.app.withPropertyValues("oauth2-state.logout.revoke-tokens=true")
			.withBean(ServerOAuth2AuthorizedClientRepository.class, () -> this.clients)
			.run((context) -> {
				logOut(ReactiveChain.of(context.getBean(SecurityWebFilterChain.class)).endHandler(), ALICE);
				assertThat(this.clients.removed).isEmpty();
			});
	}

	@Test
	void nothingIsRevokedByDefault() {
		this.app.withBean(ServerOAuth2AuthorizedClientRepository.class, () -> this.clients).run((context) -> {
			logOut(handlerOfChain(context), ALICE);
			assertThat(this.clients.removed).isEmpty();
			assertThat(context).doesNotHaveBean(TokenRevocation.class);
		});
	}

	private static ServerLogoutHandler handlerOfChain(ApplicationContext context) {
		return ReactiveChain.of(context.getBean(SecurityWebFilterChain.class))
			.all(LogoutWebFilter.class)
			.map((filter) -> (ServerLogoutHandler) ReactiveChain.read(filter, "logoutHandler"))
			.findFirst()
			.orElseThrow();
	}

	private static void logOut(ServerLogoutHandler handler, Authentication authentication) {
		ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/logout"));
		handler.logout(new WebFilterExchange(exchange, (rest) -> Mono.empty()), authentication).block();
	}

	/**
	 * A repository with tokens of one user, of a type that the library does not know.
	 */
	private static final class Clients implements ServerOAuth2AuthorizedClientRepository {

		private final List<String> removed = new ArrayList<>();

		private boolean loadFails;

		private boolean removeFails;

		private @Nullable OAuth2AuthorizedClient client = client();

		private static OAuth2AuthorizedClient client() {
			Instant now = Instant.now();
			return new OAuth2AuthorizedClient(
					CommonOAuth2Provider.GOOGLE.getBuilder("idp").clientId("app").clientSecret("secret").build(),
					"alice",
					new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "planted", now, now.plusSeconds(300)));
		}

		@Override
		@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
		public <T extends OAuth2AuthorizedClient> Mono<T> loadAuthorizedClient(String registrationId,
				Authentication principal, ServerWebExchange exchange) {
			return this.loadFails ? failure() : Mono.justOrEmpty((T) this.client);
		}

		@Override
		public Mono<Void> saveAuthorizedClient(OAuth2AuthorizedClient client, Authentication principal,
				ServerWebExchange exchange) {
			return Mono.fromRunnable(() -> this.client = client);
		}

		@Override
		public Mono<Void> removeAuthorizedClient(String registrationId, Authentication principal,
				ServerWebExchange exchange) {
			return this.removeFails ? failure() : Mono.fromRunnable(() -> {
				this.client = null;
				this.removed.add(registrationId + " " + principal.getName());
			});
		}

		private static <T> Mono<T> failure() {
			return Mono.error(() -> new IllegalStateException("planted"));
		}

	}

}
