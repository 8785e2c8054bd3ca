package io.github.oauth2state.sample;

import java.util.ArrayList;
import java.util.List;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.security.autoconfigure.web.servlet.PathRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.HttpStatusEntryPoint;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Who may see what, and how users log in. Nothing here is about sharing logins: the
 * starter does that by itself.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

	/**
	 * Nothing but this app's own files, none of them inline, and no page around this one.
	 * Forms lead to this app only, also by redirects, so a login begins with a link. A
	 * logout may lead to the provider.
	 */
	private static final String CONTENT_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; "
			+ "connect-src 'self'; img-src 'self'; form-action %s; frame-ancestors 'none'; base-uri 'none'";

	@Bean
	SecurityFilterChain securityFilterChain(HttpSecurity http, LoginTracer tracer, ProviderLogout providerLogout,
			@Value("${oauth2-state.enabled:true}") boolean withStarter,
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
			.contentSecurityPolicy((policy) -> policy.policyDirectives(contentPolicy(providerLogout)))
			.referrerPolicy((referrer) -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)));
		http.oauth2Login((login) -> login.withObjectPostProcessor(tracedBy(tracer))
			.failureHandler(new LoginFailureHandler(notFound)));
		http.oauth2Client(withDefaults());
		http.logout((logout) -> logout.logoutSuccessUrl("/")
			.defaultLogoutSuccessHandlerFor(providerLogout.successHandler(), ProviderLogout::isWanted));
		http.oidcLogout((logout) -> logout.backChannel(withDefaults()));
		return http.build();
	}

	private static String contentPolicy(ProviderLogout providerLogout) {
		List<String> targets = new ArrayList<>(List.of("'self'"));
		targets.addAll(providerLogout.sites());
		return CONTENT_POLICY.formatted(String.join(" ", targets));
	}

	@Bean
	OAuth2AuthorizationRequestResolver authorizationRequestResolver(ClientRegistrationRepository registrations,
			LoginTracer tracer) {
		DefaultOAuth2AuthorizationRequestResolver resolver = new DefaultOAuth2AuthorizationRequestResolver(
				registrations);
		resolver
			.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce().andThen(tracer::begin));
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
