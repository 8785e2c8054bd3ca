package io.github.oauth2state.refresh;

import java.time.Instant;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.ReactiveTokensAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

/**
 * A reactive app with OAuth 2.0 clients and the library, and what its code does.
 */
final class ReactiveTestApp {

	private ReactiveTestApp() {
	}

	static ReactiveWebApplicationContextRunner runner() {
		return new ReactiveWebApplicationContextRunner().withConfiguration(AutoConfigurations.of(
				OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				ReactiveStoreAutoConfiguration.class, TokensAutoConfiguration.class,
				ReactiveTokensAutoConfiguration.class, RefreshStrategyAutoConfiguration.class,
				ReactiveRefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class,
				ReactiveRefreshAutoConfiguration.class, RefusalAutoConfiguration.class,
				ReactiveOAuth2ClientAutoConfiguration.class, ReactiveOAuth2ClientWebSecurityAutoConfiguration.class,
				ReactiveWebSecurityAutoConfiguration.class, ReactiveUserDetailsServiceAutoConfiguration.class,
				HttpHandlerAutoConfiguration.class, WebFluxAutoConfiguration.class));
	}

	/**
	 * Asks a manager for tokens.
	 */
	static Mono<String> authorize(ReactiveOAuth2AuthorizedClientManager manager, String registration, String user) {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		return manager
			.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
				.principal(new TestingAuthenticationToken(user, "none", "ROLE_USER"))
				.attribute(ServerWebExchange.class.getName(), exchange)
				.build())
			.map((client) -> client.getAccessToken().getTokenValue());
	}

	/**
	 * Stores tokens of which the access token has expired.
	 */
	static void save(ApplicationContext context, String user, String refreshToken) {
		context.getBean(ReactiveOAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(expired(context, user, refreshToken),
					new TestingAuthenticationToken(user, "none", "ROLE_USER"))
			.block();
	}

	static OAuth2AuthorizedClient expired(ApplicationContext context, String user, String refreshToken) {
		return new OAuth2AuthorizedClient(
				context.getBean(ReactiveClientRegistrationRepository.class).findByRegistrationId("idp").block(), user,
				TestInstance.expired("access-of-" + refreshToken), new OAuth2RefreshToken(refreshToken, Instant.now()));
	}

	static OAuth2AuthorizedClient load(ApplicationContext context, String user) {
		return context.getBean(ReactiveOAuth2AuthorizedClientService.class).loadAuthorizedClient("idp", user).block();
	}

}
