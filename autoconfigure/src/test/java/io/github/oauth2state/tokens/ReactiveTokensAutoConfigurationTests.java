package io.github.oauth2state.tokens;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.InMemoryReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a reactive app keeps tokens.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveTokensAutoConfigurationTests {

	private static final String KEYS = "oauth2-state.tokens.keys=" + TestTokens.OLD_KEY;

	private final ReactiveWebApplicationContextRunner app = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveOAuth2ClientAutoConfiguration.class,
				ReactiveOAuth2ClientWebSecurityAutoConfiguration.class, TokensAutoConfiguration.class,
				ReactiveTokensAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class,
				ReactiveStoreAutoConfiguration.class, ReactiveWebSecurityAutoConfiguration.class,
				ReactiveUserDetailsServiceAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
				WebFluxAutoConfiguration.class))
		.withBean(DataSource.class,
				() -> new SimpleDriverDataSource(new org.h2.Driver(),
						"jdbc:h2:mem:reactive-tokens-" + System.nanoTime() + ";DB_CLOSE_DELAY=-1"))
		.withPropertyValues("spring.application.name=shop", "oauth2-state.jdbc.initialize-schema=always",
				"spring.security.oauth2.client.registration.app.provider=github",
				"spring.security.oauth2.client.registration.app.client-id=client",
				"spring.security.oauth2.client.registration.app.client-secret=secret");

	@Test
	void withoutAChoiceTokensStayWhereBootKeepsThem() {
		this.app.run((context) -> assertThat(context).getBean(ReactiveOAuth2AuthorizedClientService.class)
			.isInstanceOf(InMemoryReactiveOAuth2AuthorizedClientService.class));
	}

	@Test
	void tokensOfLoggedInUsersAreKeptInTheStore() {
		this.app.withPropertyValues("oauth2-state.tokens.store=jdbc", KEYS).run((context) -> {
			assertThat(context).hasSingleBean(ReactiveSharedAuthorizedClientService.class);
			ClientRegistration registration = context.getBean(ReactiveClientRegistrationRepository.class)
				.findByRegistrationId("app")
				.block();
			ServerOAuth2AuthorizedClientRepository repository = context
				.getBean(ServerOAuth2AuthorizedClientRepository.class);
			MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
			repository
				.saveAuthorizedClient(TestTokens.client(registration, "alice", "a1", "r1"),
						new TestingAuthenticationToken("alice", "none", "ROLE_USER"), exchange)
				.block();
			OAuth2AuthorizedClient loaded = context.getBean(ReactiveOAuth2AuthorizedClientService.class)
				.loadAuthorizedClient("app", "alice")
				.block();
			assertThat(TestTokens.values(loaded)).isEqualTo("a1/r1");
		});
	}

	@Test
	void serviceOfTheAppIsKeptWithAWarning(CapturedOutput output) {
		this.app.withPropertyValues("oauth2-state.tokens.store=jdbc", KEYS)
			.withBean("mine", ReactiveOAuth2AuthorizedClientService.class,
					() -> new InMemoryReactiveOAuth2AuthorizedClientService((id) -> null))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ReactiveSharedAuthorizedClientService.class));
		assertThat(output).contains("oauth2-state.tokens.store has no effect")
			.contains("ReactiveOAuth2AuthorizedClientService [mine]");
	}

	@Test
	void tableOfSpringSecurityStopsTheApp() {
		this.app.withPropertyValues("oauth2-state.tokens.store=jdbc-plain")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("jdbc-plain")
				.hasMessageContaining("reactive"));
	}

	@Test
	void redisWithoutAConnectionStopsTheApp() {
		this.app.withPropertyValues("oauth2-state.tokens.store=redis", KEYS)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("RedisConnectionFactory"));
	}

}
