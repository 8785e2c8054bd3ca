package io.github.oauth2state.scenario;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Semaphore;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.event.OAuth2AuthorizedClientRefreshedEvent;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An instance of an app in a process of its own, which uses tokens for whoever is named.
 */
public final class RefreshingProcess {

	/**
	 * What it writes before its port, when it serves.
	 */
	static final String PORT = "Listening on ";

	private RefreshingProcess() {
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param args properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] args) throws IOException {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(App.class, ReactiveRefreshingApp.class)
			.run(args);
		System.out.println(PORT + context.getEnvironment().getRequiredProperty("local.server.port"));
		JavaProcess.endWithParent();
	}

	static OAuth2AuthorizedClient expired(ClientRegistration registration, String user, String refreshToken) {
		Instant expired = Instant.now().minusSeconds(1);
		return new OAuth2AuthorizedClient(
				registration, user, new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
						"expired-with-" + refreshToken, expired.minusSeconds(300), expired),
				new OAuth2RefreshToken(refreshToken, expired));
	}

	static Authentication principal(String user) {
		return new TestingAuthenticationToken(user, "none", "ROLE_USER");
	}

	@EnableAutoConfiguration
	static class App {

		@Bean
		@InServletApp
		SecurityFilterChain everybody(HttpSecurity http) {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.build();
		}

		@Bean
		@InServletApp
		BeforeSave beforeSave() {
			return new BeforeSave();
		}

		@Bean
		@InServletApp
		Tokens tokens(OAuth2AuthorizedClientManager manager, OAuth2AuthorizedClientService clients,
				ClientRegistrationRepository registrations, BeforeSave beforeSave) {
			return new Tokens(manager, clients, registrations, beforeSave);
		}

	}

	/**
	 * Can stop a request after its refresh and before Spring Security saves the tokens.
	 */
	static final class BeforeSave implements ApplicationListener<OAuth2AuthorizedClientRefreshedEvent> {

		private final Semaphore gate = new Semaphore(Integer.MAX_VALUE / 2);

		@Override
		public void onApplicationEvent(OAuth2AuthorizedClientRefreshedEvent event) {
			this.gate.acquireUninterruptibly();
			this.gate.release();
		}

		void shut() {
			this.gate.drainPermits();
		}

		void open() {
			this.gate.release(1000);
		}

	}

	@RestController
	static final class Tokens {

		private final OAuth2AuthorizedClientManager manager;

		private final OAuth2AuthorizedClientService clients;

		private final ClientRegistrationRepository registrations;

		private final BeforeSave beforeSave;

		Tokens(OAuth2AuthorizedClientManager manager, OAuth2AuthorizedClientService clients,
				ClientRegistrationRepository registrations, BeforeSave beforeSave) {
			this.manager = manager;
			this.clients = clients;
			this.registrations = registrations;
			this.beforeSave = beforeSave;
		}

		@GetMapping("/token")
		ResponseEntity<String> token(@RequestParam String user, @RequestParam(defaultValue = "api") String registration,
				HttpServletRequest request, HttpServletResponse response) {
			try {
				OAuth2AuthorizedClient client = this.manager
					.authorize(OAuth2AuthorizeRequest.withClientRegistrationId(registration)
						.principal(principal(user))
						.attribute(HttpServletRequest.class.getName(), request)
						.attribute(HttpServletResponse.class.getName(), response)
						.build());
				return ResponseEntity.ok(client.getAccessToken().getTokenValue());
			}
			catch (OAuth2AuthorizationException ex) {
				return ResponseEntity.status(502).body(ex.getError().getErrorCode());
			}
		}

		/**
		 * Returns the refresh token that is kept.
		 */
		@GetMapping("/kept")
		String kept(@RequestParam String user) {
			OAuth2AuthorizedClient client = this.clients.loadAuthorizedClient("api", user);
			return (client != null) ? client.getRefreshToken().getTokenValue() : "none";
		}

		/**
		 * Keeps tokens of which the access token has expired.
		 */
		@PostMapping("/keep")
		void keep(@RequestParam String user, @RequestParam String refreshToken) {
			this.clients.saveAuthorizedClient(
					expired(this.registrations.findByRegistrationId("api"), user, refreshToken), principal(user));
		}

		@PostMapping("/before-save/shut")
		void shut() {
			this.beforeSave.shut();
		}

		@PostMapping("/before-save/open")
		void open() {
			this.beforeSave.open();
		}

	}

}
