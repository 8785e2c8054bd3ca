package io.github.oauth2state.logout;

import java.io.IOException;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * What {@link LogoutApp} is, on WebFlux.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(OneRequestPerConnection.class)
public class ReactiveLogoutApp {

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param arguments properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] arguments) throws IOException {
		LogoutApp.serve(LogoutApp.start(ReactiveLogoutApp.class, WebApplicationType.REACTIVE, arguments));
	}

	@Bean
	SecurityWebFilterChain chain(ServerHttpSecurity http, Gates gates, LogoutControls controls,
			@Value("${app.back-channel:true}") boolean backChannel) {
		if (backChannel) {
			http.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()));
		}
		RedirectServerAuthenticationSuccessHandler home = new RedirectServerAuthenticationSuccessHandler();
		return http
			.authorizeExchange(
					(exchanges) -> exchanges.pathMatchers("/open/**").permitAll().anyExchange().authenticated())
			.exceptionHandling((exceptions) -> exceptions
				.authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.UNAUTHORIZED)))
			.oauth2Login((login) -> login.securityContextRepository(new HeldContexts(gates))
				.authenticationSuccessHandler((exchange, user) -> gates.await("handler/" + user.getName())
					.then(home.onAuthenticationSuccess(exchange, user))))
			.logout((logout) -> logout.logoutHandler(
					(handlers) -> handlers.add((exchange, user) -> Mono.fromRunnable(() -> controls.handle(user)))))
			.build();
	}

	@Bean
	ReactiveLogoutPages pages(Gates gates) {
		return new ReactiveLogoutPages(gates);
	}

	/**
	 * Can stop a login after the callback and before its user is put into the session.
	 */
	static final class HeldContexts extends WebSessionServerSecurityContextRepository {

		private final Gates gates;

		HeldContexts(Gates gates) {
			this.gates = gates;
		}

		@Override
		public Mono<Void> save(ServerWebExchange exchange, SecurityContext context) {
			return this.gates.await("strategy/" + context.getAuthentication().getName())
				.then(super.save(exchange, context));
		}

	}

}
