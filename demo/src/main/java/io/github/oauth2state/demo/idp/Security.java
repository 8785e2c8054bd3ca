package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.oidc.web.authentication.OidcLogoutAuthenticationSuccessHandler;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;

import static org.springframework.security.config.Customizer.withDefaults;

/**
 * The chains that Spring Boot configures for a provider, with a login page of our own and
 * a wider check of redirect URIs.
 */
@Configuration(proxyBeanMethods = false)
class Security {

	private static final String LOGIN = "/login";

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	SecurityFilterChain endpoints(HttpSecurity http, BackChannelLogout backChannel, JWKSource<SecurityContext> keys,
			AuthorizationServerSettings settings, RegisteredClientRepository clients) {
		// No bean: one would take the place of the provider of the login form
		LogoutRequests logoutRequests = new LogoutRequests(keys, settings, clients);
		OidcLogoutAuthenticationSuccessHandler logout = new OidcLogoutAuthenticationSuccessHandler();
		logout.setLogoutHandler(backChannel);
		http.oauth2AuthorizationServer((server) -> {
			http.securityMatcher(server.getEndpointsMatcher());
			server.oidc((oidc) -> oidc.logoutEndpoint(
					(endpoint) -> endpoint.authenticationProvider(logoutRequests).logoutResponseHandler(logout)));
			server.authorizationEndpoint((endpoint) -> endpoint
				.authenticationProviders((providers) -> providers.forEach(Security::acceptOwnApps)));
		});
		http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated());
		http.requestCache((cache) -> cache.requestCache(new KeptRequest()));
		http.oauth2ResourceServer((server) -> server.jwt(withDefaults()));
		http.exceptionHandling((exceptions) -> exceptions
			.defaultAuthenticationEntryPointFor(new LoginUrlAuthenticationEntryPoint(LOGIN), browsers()));
		return http.build();
	}

	@Bean
	SecurityFilterChain userPages(HttpSecurity http) {
		http.authorizeHttpRequests((requests) -> requests.requestMatchers("/error", "/logout-token")
			.permitAll()
			.anyRequest()
			.authenticated());
		http.formLogin((login) -> login.loginPage(LOGIN).successHandler(new Continuation()).permitAll());
		// The form of another tab is to stay valid.
		http.csrf((csrf) -> csrf.sessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy()));
		return http.build();
	}

	private static MediaTypeRequestMatcher browsers() {
		MediaTypeRequestMatcher browsers = new MediaTypeRequestMatcher(MediaType.TEXT_HTML);
		browsers.setIgnoredMediaTypes(Set.of(MediaType.ALL));
		return browsers;
	}

	private static void acceptOwnApps(Object provider) {
		if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider codes) {
			Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> redirectUri = new OwnApps();
			codes.setAuthenticationValidator(
					redirectUri.andThen(OAuth2AuthorizationCodeRequestAuthenticationValidator.DEFAULT_SCOPE_VALIDATOR));
		}
	}

	/**
	 * Keeps the request when it is repeated, so that the "back" button leads to a form
	 * that can be sent again.
	 */
	private static final class KeptRequest extends HttpSessionRequestCache {

		@Override
		public @Nullable HttpServletRequest getMatchingRequest(HttpServletRequest request,
				HttpServletResponse response) {
			return null;
		}

	}

	/**
	 * Goes on with the request that the form tells.
	 */
	private static final class Continuation extends SavedRequestAwareAuthenticationSuccessHandler {

		@Override
		public void onAuthenticationSuccess(HttpServletRequest request, HttpServletResponse response,
				Authentication authentication) throws IOException, ServletException {
			String target = request.getParameter(LoginPage.CONTINUE);
			if (target != null && target.startsWith("/oauth2/authorize?")) {
				getRedirectStrategy().sendRedirect(request, response, target);
			}
			else {
				super.onAuthenticationSuccess(request, response, authentication);
			}
		}

	}

}
