package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.github.oauth2state.EndedSessionListener;
import io.github.oauth2state.LogoutEvent;
import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.ReactiveStores;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.ReactiveRefusalHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReactiveRefusedRefreshLogout}.
 */
class ReactiveRefusedRefreshLogoutTests {

	private static final ClientRegistration REGISTRATION = CommonOAuth2Provider.GOOGLE.getBuilder("idp")
		.clientId("app")
		.clientSecret("secret")
		.build();

	private final Authentication alice = authentication(Tokens.user("s1", "alice"));

	private final List<LogoutEvent> events = new ArrayList<>();

	private final List<Authentication> ended = new ArrayList<>();

	private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

	private final WebSession session = this.exchange.getSession().block();

	@Test
	void sessionOfTheRequestEndsWithItsResponseAndTheOthersAtOnce() {
		run((context) -> {
			add(context, this.session.getId());
			add(context, "other");
			refuse(context, this.exchange, this.alice);
			assertThat(deleted(context)).containsExactly("other");
			assertThat(this.session.isExpired()).isFalse();
			this.exchange.getResponse().setComplete().block();
			assertThat(this.session.isExpired()).isTrue();
			assertThat(this.ended).containsExactly(this.alice);
			assertThat(this.events)
				.containsExactly(new LogoutEvent(LogoutKind.REFUSED_REFRESH, LogoutOutcome.ENDED, "idp", 2));
		});
	}

	@Test
	void sessionEndsAtOnceIfTheResponseHasBeenSent() {
		run((context) -> {
			this.exchange.getResponse().setComplete().block();
			refuse(context, this.exchange, this.alice);
			assertThat(this.session.isExpired()).isTrue();
		});
	}

	@Test
	void requestOfAnotherUserKeepsItsSession() {
		run((context) -> {
			refuse(context, this.exchange, authentication(Tokens.user("s2", "bob")));
			this.exchange.getResponse().setComplete().block();
			assertThat(this.session.isExpired()).isFalse();
			assertThat(this.events).extracting(LogoutEvent::outcome).containsExactly(LogoutOutcome.UNKNOWN);
		});
	}

	@Test
	void outsideOfARequestOnlyTheSessionsInTheIndexEnd() {
		run((context) -> {
			add(context, "one");
			refuse(context, null, this.alice);
			assertThat(deleted(context)).containsExactly("one");
		});
	}

	private void run(Consumer<ApplicationContext> test) {
		this.session.start();
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
							ReactiveStoreAutoConfiguration.class, ReactiveLogoutAutoConfiguration.class))
			.withUserConfiguration(LogoutAutoConfigurationTests.IndexingStore.class,
					ReactiveLogoutAutoConfigurationTests.SharedSessions.class)
			.withBean(LogoutListener.class, () -> this.events::add)
			.withBean(EndedSessionListener.class, () -> this.ended::add)
			.withPropertyValues("oauth2-state.refresh.on-refusal=logout")
			.run((context) -> {
				new ReactiveSessionEnd(context.getBean(LogoutServices.class).ended(),
						context.getBean(ReactiveStores.class))
					.bindTo(this.exchange);
				test.accept(context);
			});
	}

	/**
	 * A request of Alice finds that a refresh token is refused.
	 */
	private void refuse(ApplicationContext context, @Nullable ServerWebExchange request, Authentication user) {
		Mono<Void> refusal = context.getBean(ReactiveRefusalHandler.class)
			.onRefusal(REGISTRATION, user)
			.contextWrite(ReactiveSecurityContextHolder.withAuthentication(this.alice));
		((request != null) ? refusal.contextWrite((own) -> own.put(ServerWebExchange.class, request)) : refusal)
			.block();
	}

	private static void add(ApplicationContext context, String sessionId) {
		((IndexedSessions) context.getBean(LogoutServices.class).ender()).add(sessionId, Tokens.user("s1", "alice"),
				Duration.ofHours(1));
	}

	private static List<String> deleted(ApplicationContext context) {
		return context.getBean(FakeReactiveSessions.class).deleted;
	}

	private static Authentication authentication(OidcUser user) {
		return new OAuth2AuthenticationToken(user, List.of(), "idp");
	}

}
