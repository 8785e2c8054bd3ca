package io.github.oauth2state.logout;

import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.OidcBackChannelServerLogoutHandler;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.server.session.InMemoryReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.security.web.server.DelegatingServerAuthenticationEntryPoint;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.EndedSessionListener;
import io.github.oauth2state.LogoutListener;
import io.github.oauth2state.logout.OtherApps.Calls;

/**
 * What {@link OtherApps} are, on WebFlux.
 */
final class ReactiveOtherApps {

	private ReactiveOtherApps() {
	}

	private static SecurityWebFilterChain chainOf(ServerHttpSecurity http) {
		DelegatingServerAuthenticationEntryPoint entryPoint = new DelegatingServerAuthenticationEntryPoint(
				new DelegatingServerAuthenticationEntryPoint.DelegateEntry(
						new PathPatternParserServerWebExchangeMatcher("/api/**"),
						new HttpStatusServerEntryPoint(HttpStatus.UNAUTHORIZED)));
		entryPoint.setDefaultEntryPoint(new RedirectServerAuthenticationEntryPoint("/oauth2/authorization/idp"));
		return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
			.exceptionHandling((exceptions) -> exceptions.authenticationEntryPoint(entryPoint))
			.oauth2Login(Customizer.withDefaults())
			.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()))
			.build();
	}

	@EnableAutoConfiguration
	@Import(OneRequestPerConnection.class)
	static class Pages {

		@Bean
		ReactiveLogoutPages pages() {
			return new ReactiveLogoutPages(new Gates());
		}

		@Bean
		Calls calls() {
			return new Calls(new CopyOnWriteArrayList<>());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class Plain {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return chainOf(http);
		}

	}

	/**
	 * Blocks in a listener, which is allowed.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithListener {

		@Bean
		EndedSessionListener listener(Calls calls) {
			return (user) -> calls.all()
				.add(user.getName() + (Schedulers.isInNonBlockingThread() ? " must not block" : " may block"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithEvents {

		@Bean
		LogoutListener listener(Calls calls) {
			return (event) -> calls.all().add(event.outcome() + " " + event.sessions() + " " + event.registrationId());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithRegistry {

		@Bean
		ReactiveOidcSessionRegistry registry(Calls calls) {
			return new RecordingRegistry(calls);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithRegistryOfLogin {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http, Calls calls) {
			return chainOf(http.oauth2Login((login) -> login.oidcSessionRegistry(new RecordingRegistry(calls))));
		}

	}

	/**
	 * As Spring Security documents it.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class WithHandler {

		@Bean
		OidcBackChannelServerLogoutHandler handler(ReactiveOidcSessionRegistry registry) {
			OidcBackChannelServerLogoutHandler handler = new OidcBackChannelServerLogoutHandler(registry);
			handler.setSessionCookieName("SESSION");
			return handler;
		}

	}

	/**
	 * Sets a handler, which removes all others, and the handler fails.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithFailingLogout {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http, Calls calls) {
			ServerLogoutHandler failing = (exchange, user) -> Mono.error(() -> {
				calls.all().add("log out " + user.getName());
				return new IllegalStateException("Does not work");
			});
			return chainOf(http.logout((logout) -> logout.logoutHandler(failing)));
		}

	}

	/**
	 * Sets a handler, which removes all others.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(Pages.class)
	static class WithLogout {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http, Calls calls) {
			ServerLogoutHandler own = (exchange, user) -> exchange.getExchange()
				.getSession()
				.doOnNext((session) -> calls.all().add("log out " + user.getName()))
				.flatMap(WebSession::invalidate);
			return chainOf(
					http.csrf(ServerHttpSecurity.CsrfSpec::disable).logout((logout) -> logout.logoutHandler(own)));
		}

	}

	private static final class RecordingRegistry implements ReactiveOidcSessionRegistry {

		private final Calls calls;

		private final ReactiveOidcSessionRegistry registry = new InMemoryReactiveOidcSessionRegistry();

		RecordingRegistry(Calls calls) {
			this.calls = calls;
		}

		@Override
		public Mono<Void> saveSessionInformation(OidcSessionInformation session) {
			this.calls.all().add("save");
			return this.registry.saveSessionInformation(session);
		}

		@Override
		public Mono<OidcSessionInformation> removeSessionInformation(String sessionId) {
			return this.registry.removeSessionInformation(sessionId);
		}

		@Override
		public Flux<OidcSessionInformation> removeSessionInformation(OidcLogoutToken token) {
			this.calls.all().add("log out");
			return this.registry.removeSessionInformation(token);
		}

	}

}
