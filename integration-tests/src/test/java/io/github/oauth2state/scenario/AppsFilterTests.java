package io.github.oauth2state.scenario;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthorizationCodeReactiveAuthenticationManager;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.WebClientReactiveAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeReactiveAuthenticationManager;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcReactiveOAuth2UserService;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationCodeGrantWebFilter;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.session.ChangeSessionIdAuthenticationStrategy;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationFailureHandler;
import org.springframework.security.web.server.authentication.RedirectServerAuthenticationSuccessHandler;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters for logins that an app makes itself, with the repository that the library
 * offers as a bean, and in a session as without the library where there is no such bean.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class AppsFilterTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private final Stack stack;

	AppsFilterTests(Stack stack) {
		this.stack = stack;
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "SESSION", "STORE", "COOKIE" })
	void loginByFiltersOfTheAppsOwnSignsIn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(this.stack, List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp();
			String callback = browser.begin(instance, LOGIN);
			Browser.overHttp().open(instance, callback);
			browser.open(instance, callback);
			assertThat(browser.isSignedIn(instance)).isTrue();
			Browser.Page replay = browser.open(instance, callback);
			assertThat(replay.status()).isEqualTo(302);
			assertThat(replay.location()).endsWith("/login?error");
		}
	}

	@Test
	void loginByFiltersOfTheAppsOwnFinishesOnAnotherInstance() {
		try (Instance a = KeptIn.STORE.start(this.stack, List.of(), OwnFilters.class);
				Instance b = KeptIn.STORE.start(this.stack, List.of(), OwnFilters.class)) {
			Cluster.shared(this.stack).store.takeOperations();
			Browser browser = Browser.overHttp();
			browser.open(b, browser.begin(a, LOGIN));
			assertThat(Cluster.shared(this.stack).store.takeOperations()).containsExactly("put", "take");
			assertThat(browser.isSignedIn(b)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void clientIsAuthorizedByFiltersOfTheAppsOwn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(this.stack, List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			String callback = browser.begin(instance, "/oauth2/authorization/api");
			assertThat(browser.open(instance, callback).location())
				.isEqualTo((this.stack == Stack.SERVLET) ? "http://app.example/authorized/api" : "http://app.example/");
			instance.awaitClient();
			assertThat(browser.open(instance, callback).body()).isEqualTo("authorized, error null");
			assertThat(browser.open(instance, "/client").body()).isEqualTo("client of alice");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void clientThatOneUserAskedForIsNotAuthorizedForTheNext(KeptIn keptIn) {
		try (Instance instance = keptIn.start(this.stack, List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			String callback = browser.begin(instance, "/oauth2/authorization/api");
			browser.cookies().remove(this.stack.sessionCookie());
			browser.as("bob").open(instance, browser.begin(instance, LOGIN));
			assertThat(browser.signedInAs(instance)).isEqualTo("bob");
			assertThat(browser.open(instance, callback).body()).isEqualTo("authorized, error null");
			assertThat(browser.open(instance, "/client").body()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void loginThatAChainBeganIsFinishedByAFilterOfTheAppsOwn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(this.stack, List.of(), OwnLoginFilter.class)) {
			Browser browser = Browser.overHttp();
			String callback = browser.begin(instance, LOGIN);
			browser.open(instance, callback);
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void prefetchedLoginOfFiltersOfTheAppsOwnIsNoError(KeptIn keptIn) {
		try (Instance instance = keptIn.start(this.stack, List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp().header("Sec-Purpose", "prefetch");
			String callback = browser.begin(instance, LOGIN);
			assertThat(browser.open(instance, callback).status()).isEqualTo(302);
		}
	}

	static AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository(
			ObjectProvider<AuthorizationRequestRepository<OAuth2AuthorizationRequest>> repository) {
		return repository.getIfAvailable(HttpSessionOAuth2AuthorizationRequestRepository::new);
	}

	static OAuth2LoginAuthenticationFilter loginFilter(ClientRegistrationRepository registrations,
			OAuth2AuthorizedClientRepository clients,
			AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
		OAuth2LoginAuthenticationFilter filter = new OAuth2LoginAuthenticationFilter(registrations, clients,
				OAuth2LoginAuthenticationFilter.DEFAULT_FILTER_PROCESSES_URI);
		filter.setAuthenticationManager(new ProviderManager(new OidcAuthorizationCodeAuthenticationProvider(
				new RestClientAuthorizationCodeTokenResponseClient(), new OidcUserService())));
		filter.setAuthorizationRequestRepository(repository);
		filter.setSecurityContextRepository(new HttpSessionSecurityContextRepository());
		filter.setSessionAuthenticationStrategy(new ChangeSessionIdAuthenticationStrategy());
		filter.setAuthenticationFailureHandler((request, response, failure) -> response.sendRedirect("/login?error"));
		return filter;
	}

	static ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> reactiveRepository(
			ObjectProvider<ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest>> repository) {
		return repository.getIfAvailable(WebSessionOAuth2ServerAuthorizationRequestRepository::new);
	}

	static WebFilter loginFilter(ReactiveClientRegistrationRepository registrations,
			ServerOAuth2AuthorizedClientRepository clients,
			ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
		ServerOAuth2AuthorizationCodeAuthenticationTokenConverter converter = new ServerOAuth2AuthorizationCodeAuthenticationTokenConverter(
				registrations);
		converter.setAuthorizationRequestRepository(repository);
		OAuth2LoginAuthenticationWebFilter filter = new OAuth2LoginAuthenticationWebFilter(
				new OidcAuthorizationCodeReactiveAuthenticationManager(
						new WebClientReactiveAuthorizationCodeTokenResponseClient(),
						new OidcReactiveOAuth2UserService()),
				clients);
		filter.setServerAuthenticationConverter((exchange) -> converter.convert(exchange)
			.onErrorMap(OAuth2AuthorizationException.class,
					(ex) -> new OAuth2AuthenticationException(ex.getError(), ex)));
		filter.setRequiresAuthenticationMatcher(
				ServerWebExchangeMatchers.pathMatchers("/login/oauth2/code/{registrationId}"));
		filter.setSecurityContextRepository(new WebSessionServerSecurityContextRepository());
		filter.setAuthenticationSuccessHandler(new RedirectServerAuthenticationSuccessHandler());
		filter.setAuthenticationFailureHandler(new RedirectServerAuthenticationFailureHandler("/login?error"));
		return filter;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilters {

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http,
				ReactiveClientRegistrationRepository registrations, ServerOAuth2AuthorizedClientRepository clients,
				ObjectProvider<ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest>> repositories) {
			ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> repository = reactiveRepository(
					repositories);
			OAuth2AuthorizationRequestRedirectWebFilter redirect = new OAuth2AuthorizationRequestRedirectWebFilter(
					registrations);
			redirect.setAuthorizationRequestRepository(repository);
			OAuth2AuthorizationCodeGrantWebFilter codeGrant = new OAuth2AuthorizationCodeGrantWebFilter(
					new OAuth2AuthorizationCodeReactiveAuthenticationManager(
							new WebClientReactiveAuthorizationCodeTokenResponseClient()),
					registrations, clients);
			codeGrant.setAuthorizationRequestRepository(repository);
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.securityContextRepository(new WebSessionServerSecurityContextRepository())
				.addFilterAt(redirect, SecurityWebFiltersOrder.HTTP_BASIC)
				.addFilterAt(loginFilter(registrations, clients, repository), SecurityWebFiltersOrder.AUTHENTICATION)
				.addFilterAt(codeGrant, SecurityWebFiltersOrder.OAUTH2_AUTHORIZATION_CODE)
				.exceptionHandling((exceptions) -> exceptions
					.authenticationEntryPoint(new RedirectServerAuthenticationEntryPoint(LOGIN)))
				.build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients,
				ObjectProvider<AuthorizationRequestRepository<OAuth2AuthorizationRequest>> repositories) {
			AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository = repository(repositories);
			OAuth2AuthorizationRequestRedirectFilter redirect = new OAuth2AuthorizationRequestRedirectFilter(
					registrations);
			redirect.setAuthorizationRequestRepository(repository);
			OAuth2AuthorizationCodeGrantFilter codeGrant = new OAuth2AuthorizationCodeGrantFilter(registrations,
					clients, new ProviderManager(new OAuth2AuthorizationCodeAuthenticationProvider(
							new RestClientAuthorizationCodeTokenResponseClient())));
			codeGrant.setAuthorizationRequestRepository(repository);
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.addFilter(redirect)
				.addFilter(loginFilter(registrations, clients, repository))
				.addFilter(codeGrant)
				.exceptionHandling((exceptions) -> exceptions
					.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint(LOGIN)))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnLoginFilter {

		@Bean
		@InReactiveApp
		SecurityWebFilterChain reactiveChain(ServerHttpSecurity http,
				ReactiveClientRegistrationRepository registrations, ServerOAuth2AuthorizedClientRepository clients,
				ObjectProvider<ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest>> repositories) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.addFilterBefore(loginFilter(registrations, clients, reactiveRepository(repositories)),
						SecurityWebFiltersOrder.AUTHENTICATION)
				.build();
		}

		@Bean
		@InServletApp
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations,
				OAuth2AuthorizedClientRepository clients,
				ObjectProvider<AuthorizationRequestRepository<OAuth2AuthorizationRequest>> repositories) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.addFilterBefore(loginFilter(registrations, clients, repository(repositories)),
						OAuth2LoginAuthenticationFilter.class)
				.build();
		}

	}

}
