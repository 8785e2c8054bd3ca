package io.github.oauth2state.scenario;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.server.DelegatingServerAuthenticationEntryPoint;
import org.springframework.security.web.server.DelegatingServerAuthenticationEntryPoint.DelegateEntry;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.savedrequest.WebSessionServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.security.web.util.matcher.RequestHeaderRequestMatcher;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Apps whose own code may look for the saved page before the user is signed in.
 */
final class LoginPageApps {

	private LoginPageApps() {
	}

	/**
	 * An app with a public page that tells which page the session has.
	 */
	@Import(LoginPage.class)
	abstract static class WithLoginPage {

		abstract void customize(HttpSecurity http);

		abstract void customize(ServerHttpSecurity http);

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http) {
			http.authorizeExchange(
					(exchanges) -> exchanges.pathMatchers("/login-page").permitAll().anyExchange().authenticated());
			customize(http);
			return http.build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http) {
			http.authorizeHttpRequests(
					(requests) -> requests.requestMatchers("/login-page").permitAll().anyRequest().authenticated());
			customize(http);
			return http.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLoginPage extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login((login) -> login.loginPage("/login-page"));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login((login) -> login.loginPage("/login-page"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEntryPoint extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint("/login-page")));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.exceptionHandling((failures) -> failures
					.authenticationEntryPoint(new RedirectServerAuthenticationEntryPoint("/login-page")));
		}

	}

	/**
	 * An app with an entry point for browsers, beside those of Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnEntryPointAmongOthers extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.exceptionHandling((failures) -> failures.defaultAuthenticationEntryPointFor(
					new LoginUrlAuthenticationEntryPoint("/login-page"), new RequestHeaderRequestMatcher("Accept")))
				.oauth2Login(Customizer.withDefaults());
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.exceptionHandling(
						(failures) -> failures.authenticationEntryPoint(new DelegatingServerAuthenticationEntryPoint(
								new DelegateEntry(ServerWebExchangeMatchers.anyExchange(),
										new RedirectServerAuthenticationEntryPoint("/login-page")))));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCache extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.requestCache((cache) -> cache.requestCache(new HttpSessionRequestCache()));
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.requestCache((cache) -> cache.requestCache(new WebSessionServerRequestCache()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilter extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.addFilterBefore((request, response, chain) -> chain.doFilter(request, response),
						AuthorizationFilter.class);
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults())
				.addFilterBefore((exchange, chain) -> chain.filter(exchange), SecurityWebFiltersOrder.AUTHORIZATION);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FormLogin extends WithLoginPage {

		@Override
		void customize(HttpSecurity http) {
			http.formLogin(Customizer.withDefaults()).oauth2Login(Customizer.withDefaults());
		}

		@Override
		void customize(ServerHttpSecurity http) {
			http.formLogin((login) -> login.authenticationManager((user) -> Mono.empty()))
				.oauth2Login(Customizer.withDefaults());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ LoginPage.OfServletApp.class, LoginPage.OfReactiveApp.class })
	static class LoginPage {

		@InServletApp
		@RestController
		static class OfServletApp {

			@GetMapping("/login-page")
			String page(HttpServletRequest request) {
				return "For " + new HttpSessionRequestCache().getRequest(request, null).getRedirectUrl();
			}

		}

		@InReactiveApp
		@RestController
		static class OfReactiveApp {

			@GetMapping("/login-page")
			Mono<String> page(ServerWebExchange exchange) {
				return new WebSessionServerRequestCache().getRedirectUri(exchange).map((uri) -> "For " + uri);
			}

		}

	}

}
