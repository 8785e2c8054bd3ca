package io.github.oauth2state.logout;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.session.HttpSessionEventPublisher;

import io.github.oauth2state.scenario.JavaProcess;

/**
 * An app that logs users in with OpenID Connect and takes logout tokens, set up as Spring
 * Security documents it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class LogoutApp {

	static final String PORT = "Listening on ";

	/**
	 * Starts an instance in this process.
	 * @param arguments properties
	 */
	static ConfigurableApplicationContext start(String... arguments) {
		return start(LogoutApp.class, WebApplicationType.SERVLET, arguments);
	}

	static ConfigurableApplicationContext start(Class<?> app, WebApplicationType type, String... arguments) {
		return new SpringApplicationBuilder(app, LogoutControls.class).web(type).run(arguments);
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param arguments properties
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] arguments) throws IOException {
		serve(start(arguments));
	}

	static void serve(ConfigurableApplicationContext context) throws IOException {
		System.out.println(PORT + context.getEnvironment().getRequiredProperty("local.server.port"));
		JavaProcess.endWithParent();
	}

	@Bean
	SecurityFilterChain chain(HttpSecurity http, Gates gates, LogoutControls controls,
			@Value("${app.back-channel:true}") boolean backChannel) {
		if (backChannel) {
			http.oidcLogout((logout) -> logout.backChannel(Customizer.withDefaults()));
		}
		return http
			.authorizeHttpRequests(
					(requests) -> requests.requestMatchers("/open/**").permitAll().anyRequest().authenticated())
			.exceptionHandling((exceptions) -> exceptions.defaultAuthenticationEntryPointFor(
					new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED),
					PathPatternRequestMatcher.withDefaults().matcher("/api/**")))
			.oauth2Login((login) -> login.successHandler(new HeldSuccessHandler(gates)))
			.sessionManagement((sessions) -> sessions.addSessionAuthenticationStrategy(
					(authentication, request, response) -> gates.pass("strategy/" + authentication.getName())))
			.logout((logout) -> logout.addLogoutHandler((request, response, authentication) -> controls
				.handle(SecurityContextHolder.getContext().getAuthentication())))
			.build();
	}

	/**
	 * As Spring Security asks of apps that want to know about the end of sessions.
	 */
	@Bean
	HttpSessionEventPublisher sessionEvents() {
		return new HttpSessionEventPublisher();
	}

	@Bean
	LogoutPages pages(Gates gates) {
		return new LogoutPages(gates);
	}

	/**
	 * Can stop a login after the callback and before its session is saved.
	 */
	static final class HeldSuccessHandler extends SavedRequestAwareAuthenticationSuccessHandler {

		private final Gates gates;

		HeldSuccessHandler(Gates gates) {
			this.gates = gates;
		}

		@Override
		public void onAuthenticationSuccess(HttpServletRequest request, HttpServletResponse response,
				Authentication authentication) throws IOException, ServletException {
			this.gates.pass("handler/" + authentication.getName());
			super.onAuthenticationSuccess(request, response, authentication);
		}

	}

}
