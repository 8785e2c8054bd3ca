package io.github.oauth2state.logout;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OidcBackChannelLogoutHandler;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.session.InMemoryOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.session.HttpSessionEventPublisher;

/**
 * Apps that set up logout in other ways than {@link LogoutApp} does.
 */
final class OtherApps {

	private OtherApps() {
	}

	private static SecurityFilterChain chainOf(HttpSecurity http) {
		return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
			.exceptionHandling((exceptions) -> exceptions.defaultAuthenticationEntryPointFor(
					new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED),
					(request) -> request.getRequestURI().startsWith("/api/")))
			.oauth2Login(Customizer.withDefaults())
			.build();
	}

	/**
	 * What the app's own parts were asked.
	 *
	 * @param all the calls
	 */
	record Calls(List<String> all) {

	}

	@EnableAutoConfiguration
	static class Pages {

		@Bean
		LogoutPages pages() {
			return new LogoutPages(new Gates());
		}

		@Bean
		Calls calls() {
			return new Calls(new CopyOnWriteArrayList<>());
		}

		@Bean
		HttpSessionEventPublisher sessionEvents() {
			return new HttpSessionEventPublisher();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class Plain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return chainOf(http.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults())));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithRegistry {

		@Bean
		OidcSessionRegistry registry(Calls calls) {
			return new RecordingRegistry(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithRegistryOfChain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, Calls calls) {
			return chainOf(http.oidcLogout((logout) -> logout.oidcSessionRegistry(new RecordingRegistry(calls))
				.backChannel(Customizer.withDefaults())));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithRegistryOfLogin {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, Calls calls) {
			return chainOf(http.oauth2Login((login) -> login.oidcSessionRegistry(new RecordingRegistry(calls)))
				.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults())));
		}

	}

	/**
	 * As Spring Security documents it for sessions of Spring Session.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithHandler {

		@Bean
		OidcBackChannelLogoutHandler handler(OidcSessionRegistry registry) {
			OidcBackChannelLogoutHandler handler = new OidcBackChannelLogoutHandler(registry);
			handler.setSessionCookieName("SESSION");
			return handler;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithHandlerOfChain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, Calls calls) {
			return chainOf(http.oidcLogout((logout) -> logout.backChannel((backChannel) -> backChannel
				.logoutHandler((request, response, authentication) -> calls.all().add("handle")))));
		}

	}

	private static final class RecordingRegistry implements OidcSessionRegistry {

		private final Calls calls;

		private final OidcSessionRegistry registry = new InMemoryOidcSessionRegistry();

		RecordingRegistry(Calls calls) {
			this.calls = calls;
		}

		@Override
		public void saveSessionInformation(OidcSessionInformation session) {
			this.calls.all().add("save");
			this.registry.saveSessionInformation(session);
		}

		@Override
		public OidcSessionInformation removeSessionInformation(String sessionId) {
			return this.registry.removeSessionInformation(sessionId);
		}

		@Override
		public Iterable<OidcSessionInformation> removeSessionInformation(OidcLogoutToken token) {
			this.calls.all().add("log out");
			return this.registry.removeSessionInformation(token);
		}

	}

}
