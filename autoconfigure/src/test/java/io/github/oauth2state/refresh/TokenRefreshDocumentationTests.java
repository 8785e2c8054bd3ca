package io.github.oauth2state.refresh;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration;
import org.springframework.boot.security.oauth2.client.autoconfigure.servlet.OAuth2ClientWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds the code in docs/token-refresh.md against code that works.
 */
@Timeout(60)
class TokenRefreshDocumentationTests {

	private static final Authentication ALICE = new TestingAuthenticationToken("alice", "none", "ROLE_USER");

	private final TokenEndpoint endpoint = new TokenEndpoint();

	private final SpiedStore store = new SpiedStore();

	private final List<TokenRefreshEvent> events = new ArrayList<>();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				TokensAutoConfiguration.class, RefreshStrategyAutoConfiguration.class, RefreshAutoConfiguration.class,
				OAuth2ClientAutoConfiguration.class, OAuth2ClientWebSecurityAutoConfiguration.class,
				SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class))
		.withBean(StateStore.class, () -> this.store)
		.withBean(TokenRefreshListener.class, () -> this.events::add)
		.withPropertyValues("spring.security.oauth2.client.registration.idp.client-id=app",
				"spring.security.oauth2.client.registration.idp.authorization-grant-type=authorization_code",
				"spring.security.oauth2.client.registration.idp.redirect-uri={baseUrl}/login/oauth2/code/idp",
				"spring.security.oauth2.client.provider.idp.authorization-uri=http://idp.example/authorize",
				"spring.security.oauth2.client.provider.idp.token-uri=" + this.endpoint.uri("/token"));

	@AfterEach
	void close() {
		this.endpoint.close();
	}

	@ParameterizedTest
	@ValueSource(
			classes = { TenCallsAtOnce.class, TokenClientConfiguration.class, ReactiveTokenClientConfiguration.class })
	void codeIsThatOfTheDocumentation(Class<?> example) throws IOException {
		String source = Files.readString(Path.of("src/test/java", example.getName().replace('.', '/') + ".java"));
		String code = source.substring(source.indexOf(" */\n") + 4);
		assertThat(code).contains("class " + example.getSimpleName());
		assertThat(Path.of("../docs/token-refresh.md")).content().contains("```java\n" + code + "```");
	}

	@Test
	void everyPropertyIsExplained() throws IOException {
		String page = Files.readString(Path.of("../docs/token-refresh.md"));
		for (RecordComponent property : RefreshProperties.class.getRecordComponents()) {
			String name = property.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
			assertThat(page).contains(name.equals("early") ? "`early.window`" : "`" + name + "`");
		}
	}

	@Test
	void strategyOfTheAppReplacesTheLibrarys() {
		this.runner.withUserConfiguration(TenCallsAtOnce.class).run((context) -> {
			assertThat(context).hasSingleBean(TokenRefreshStrategy.class);
			save(context);
			assertThat(authorize(context).getAccessToken().getTokenValue()).startsWith("access-token");
			assertThat(this.endpoint.takeCalls()).hasSize(1);
			assertThat(this.store.takeCommands()).isEmpty();
			assertThat(this.events).extracting(TokenRefreshEvent::strategy).containsExactly("ten_calls");
		});
	}

	@Test
	void tokenClientWithTimeoutIsUsedAndStillUnderstandsRefusals() {
		this.runner.withUserConfiguration(TokenClientConfiguration.class).run((context) -> {
			save(context);
			assertThat(authorize(context).getAccessToken().getTokenValue()).startsWith("access-token");
			save(context);
			this.store.forget();
			assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context))
				.satisfies((ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_grant"));
		});
	}

	@Test
	void tokenClientWithTimeoutGivesUpOnAProviderThatSaysNothing() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
			this.runner.withUserConfiguration(TokenClientConfiguration.class)
				.withPropertyValues("spring.security.oauth2.client.provider.idp.token-uri=http://localhost:"
						+ silent.getLocalPort() + "/token")
				.run((context) -> {
					save(context);
					assertThatExceptionOfType(ClientAuthorizationException.class).isThrownBy(() -> authorize(context))
						.satisfies(
								(ex) -> assertThat(ex.getError().getErrorCode()).isEqualTo("invalid_token_response"));
					assertThat(this.events).extracting(TokenRefreshEvent::outcome)
						.containsExactly(TokenRefreshOutcome.FAILED);
				});
		}
	}

	private static void save(ApplicationContext context) {
		context.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(new OAuth2AuthorizedClient(
					context.getBean(ClientRegistrationRepository.class).findByRegistrationId("idp"), "alice",
					TestInstance.expired("old"), new OAuth2RefreshToken("token", Instant.now())), ALICE);
	}

	private static OAuth2AuthorizedClient authorize(ApplicationContext context) {
		return context.getBean(OAuth2AuthorizedClientManager.class)
			.authorize(OAuth2AuthorizeRequest.withClientRegistrationId("idp")
				.principal(ALICE)
				.attribute(HttpServletRequest.class.getName(), new MockHttpServletRequest())
				.attribute(HttpServletResponse.class.getName(), new MockHttpServletResponse())
				.build());
	}

}
