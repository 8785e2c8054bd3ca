package io.github.oauth2state.sample;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.security.autoconfigure.web.servlet.PathRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.authentication.logout.LogoutSuccessHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Who may see what, and how users log in. Nothing here is about sharing logins: the
 * starter does that by itself.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http, LoginTracer tracer, ProviderLogout providerLogout,
			ClientRegistrationRepository registrations, @Value("${oauth2-state.enabled:true}") boolean withStarter,
			@Value("${sample.session-store:none}") String sessionStore) {
		Advice notFound = Advice.notFound(withStarter, !sessionStore.equals("none"));
		http.authorizeHttpRequests(
				(requests) -> requests.requestMatchers("/", "/error", "/actuator/health/**", "/actuator/prometheus")
					.permitAll()
					.requestMatchers(LogoutController.PAGE, LogoutController.API)
					.permitAll()
					.requestMatchers(PathRequest.toStaticResources().atCommonLocations())
					.permitAll()
					.anyRequest()
					.authenticated());
		http.exceptionHandling((exceptions) -> exceptions.defaultAuthenticationEntryPointFor(
				new HttpStatusEntryPoint(HttpStatus.UNAUTHORIZED), PathPatternRequestMatcher.pathPattern("/api/**")));
		http.headers((headers) -> headers
			.contentSecurityPolicy((policy) -> policy.policyDirectives(providerLogout.contentPolicy()))
			.referrerPolicy((referrer) -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)));
		http.oauth2Login((login) -> login.withObjectPostProcessor(tracedBy(tracer))
			.failureHandler(new LoginFailureHandler(notFound)));
		http.oauth2Client(withDefaults());
		http.logout((logout) -> logout.logoutSuccessUrl("/")
			.defaultLogoutSuccessHandlerFor(atProvider(registrations),
					(request) -> request.getParameter(ProviderLogout.EVERYWHERE) != null));
		http.oidcLogout((logout) -> logout.backChannel(withDefaults()));
		return http.build();
	}

	/**
	 * Returns what sends users to the provider, and from there to the page about logouts.
	 */
	private static LogoutSuccessHandler atProvider(ClientRegistrationRepository registrations) {
		OidcClientInitiatedLogoutSuccessHandler handler = new OidcClientInitiatedLogoutSuccessHandler(registrations);
		handler.setPostLogoutRedirectUri("{baseUrl}" + LogoutController.PAGE);
		handler.setDefaultTargetUrl(LogoutController.PAGE);
		return handler;
	}

	@Bean
	OAuth2AuthorizationRequestResolver authorizationRequestResolver(ClientRegistrationRepository registrations,
			LoginTraces traces) {
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				registrations);
		resolver
			.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce().andThen(traces::begin));
		return resolver;
	}

	/**
	 * Keeps tokens in the session, which is how instances share them without the starter.
	 */
	@Bean
	@ConditionalOnProperty(name = "sample.token-store", havingValue = "session")
	OAuth2AuthorizedClientRepository authorizedClientRepository() {
		return new HttpSessionOAuth2AuthorizedClientRepository();
	}

	private static ObjectPostProcessor<OAuth2LoginAuthenticationFilter> tracedBy(LoginTracer tracer) {
		return new ObjectPostProcessor<>() {

			@Override
			public <O extends OAuth2LoginAuthenticationFilter> O postProcess(O filter) {
				filter.setAuthenticationResultConverter(tracer);
				return filter;
			}

		};
	}

}
