package io.github.oauth2state.sample;

import java.net.URI;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.security.autoconfigure.web.reactive.PathRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.oidc.web.server.logout.OidcClientInitiatedServerLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.server.DefaultServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationRequestResolver;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.RedirectServerLogoutSuccessHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutSuccessHandler;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter.ReferrerPolicy;

import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Who may see what, and how users log in. Nothing here is about sharing logins: the
 * starter does that by itself.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

	@Bean
	SecurityWebFilterChain securityWebFilterChain(ServerHttpSecurity http, LoginTracer tracer,
			ProviderLogout providerLogout, ReactiveClientRegistrationRepository registrations,
			@Value("${oauth2-state.enabled:true}") boolean withStarter,
			@Value("${sample.session-store}") String sessionStore) {
		Advice notFound = Advice.notFound(withStarter, !sessionStore.equals("memory"));
		http.authorizeExchange((exchanges) -> exchanges.pathMatchers("/", "/actuator/health/**", "/actuator/prometheus")
			.permitAll()
			.pathMatchers(LogoutController.PAGE, LogoutController.API)
			.permitAll()
			.matchers(PathRequest.toStaticResources().atCommonLocations())
			.permitAll()
			.anyExchange()
			.authenticated());
		http.headers((headers) -> headers
			.contentSecurityPolicy((policy) -> policy.policyDirectives(providerLogout.contentPolicy()))
			.referrerPolicy((referrer) -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)));
		http.oauth2Login((login) -> login.securityContextRepository(tracer.users())
			.authenticationFailureHandler(new LoginFailureHandler(notFound)));
		http.oauth2Client(withDefaults());
		http.logout((logout) -> logout.logoutSuccessHandler(afterLogout(registrations)));
		http.oidcLogout((logout) -> logout.backChannel(withDefaults()));
		return http.build();
	}

	@Bean
	ServerOAuth2AuthorizationRequestResolver authorizationRequestResolver(
			ReactiveClientRegistrationRepository registrations, LoginTraces traces) {
		DefaultServerOAuth2AuthorizationRequestResolver resolver = new DefaultServerOAuth2AuthorizationRequestResolver(
				registrations);
		resolver
			.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce().andThen(traces::begin));
		return resolver;
	}

	/**
	 * Leads to the start page, or to the provider and from there to the page about
	 * logouts.
	 */
	private static ServerLogoutSuccessHandler afterLogout(ReactiveClientRegistrationRepository registrations) {
		OidcClientInitiatedServerLogoutSuccessHandler atProvider = new OidcClientInitiatedServerLogoutSuccessHandler(
				registrations);
		atProvider.setPostLogoutRedirectUri("{baseUrl}" + LogoutController.PAGE);
		RedirectServerLogoutSuccessHandler here = new RedirectServerLogoutSuccessHandler();
		here.setLogoutSuccessUrl(URI.create("/"));
		return (exchange, user) -> exchange.getExchange()
			.getFormData()
			.flatMap((form) -> form.containsKey(ProviderLogout.EVERYWHERE) ? atProvider.onLogoutSuccess(exchange, user)
					: here.onLogoutSuccess(exchange, user));
	}

}
