package io.github.oauth2state.scenario;

import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;

/**
 * An instance of an app without a web server. Its jobs use tokens of a user and of the
 * app itself.
 */
public final class JobsProcess {

	/**
	 * What it writes before the tokens that its jobs received.
	 */
	static final String TOKENS = "Tokens ";

	private static final int JOBS = 8;

	private static final TestingAuthenticationToken USER = new TestingAuthenticationToken("job", "none");

	private JobsProcess() {
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param args properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] args) throws IOException {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE)
			.run(args);
		keepExpired(context, context.getEnvironment().getRequiredProperty("refresh-token"));
		OAuth2AuthorizedClientManager manager = context.getBean(OAuth2AuthorizedClientManager.class);
		Set<String> tokens = new ConcurrentSkipListSet<>();
		IntStream.range(0, JOBS).parallel().forEach((job) -> tokens.add(token(manager, "machine")));
		IntStream.range(0, JOBS).parallel().forEach((job) -> tokens.add(token(manager, "api")));
		System.out.println(TOKENS + tokens);
		JavaProcess.endWithParent();
	}

	private static void keepExpired(ConfigurableApplicationContext context, String refreshToken) {
		Instant expired = Instant.now().minusSeconds(1);
		context.getBean(OAuth2AuthorizedClientService.class)
			.saveAuthorizedClient(
					new OAuth2AuthorizedClient(
							context.getBean(ClientRegistrationRepository.class).findByRegistrationId("api"),
							USER.getName(),
							new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "expired",
									expired.minusSeconds(300), expired),
							new OAuth2RefreshToken(refreshToken, expired)),
					USER);
	}

	private static String token(OAuth2AuthorizedClientManager manager, String registration) {
		return manager.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration).principal(USER).build())
			.getAccessToken()
			.getTokenValue();
	}

	@EnableAutoConfiguration
	static class App {

		@Bean
		OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientService clients) {
			AuthorizedClientServiceOAuth2AuthorizedClientManager manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(
					registrations, clients);
			manager.setAuthorizedClientProvider(
					OAuth2AuthorizedClientProviderBuilder.builder().refreshToken().clientCredentials().build());
			return manager;
		}

	}

}
