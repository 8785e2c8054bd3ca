package io.github.oauth2state.scenario;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.session.ChangeSessionIdAuthenticationStrategy;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters for logins that an app makes itself, with the repository that the library
 * offers as a bean, and in a session as without the library where there is no such bean.
 */
@Tag("full")
class AppsFilterTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	@ParameterizedTest
	@EnumSource(names = { "OFF", "SESSION", "STORE", "COOKIE" })
	void loginByFiltersOfTheAppsOwnSignsIn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OwnFilters.class)) {
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
		try (Instance a = KeptIn.STORE.start(List.of(), OwnFilters.class);
				Instance b = KeptIn.STORE.start(List.of(), OwnFilters.class)) {
			Cluster.shared().store.takeOperations();
			Browser browser = Browser.overHttp();
			browser.open(b, browser.begin(a, LOGIN));
			assertThat(Cluster.shared().store.takeOperations()).containsExactly("put", "take");
			assertThat(browser.isSignedIn(b)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void clientIsAuthorizedByFiltersOfTheAppsOwn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			String callback = browser.begin(instance, "/oauth2/authorization/api");
			assertThat(browser.open(instance, callback).location()).isEqualTo("http://app.example/authorized/api");
			assertThat(browser.open(instance, callback).body()).isEqualTo("authorized, error null");
			assertThat(browser.open(instance, "/client").body()).isEqualTo("client of alice");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void clientThatOneUserAskedForIsNotAuthorizedForTheNext(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OwnFilters.class)) {
			Browser browser = Browser.overHttp();
			browser.open(instance, browser.begin(instance, LOGIN));
			String callback = browser.begin(instance, "/oauth2/authorization/api");
			browser.cookies().remove("JSESSIONID");
			browser.as("bob").open(instance, browser.begin(instance, LOGIN));
			assertThat(browser.signedInAs(instance)).isEqualTo("bob");
			assertThat(browser.open(instance, callback).body()).isEqualTo("authorized, error null");
			assertThat(browser.open(instance, "/client").body()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "STORE", "COOKIE" })
	void loginThatAChainBeganIsFinishedByAFilterOfTheAppsOwn(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OwnLoginFilter.class)) {
			Browser browser = Browser.overHttp();
			String callback = browser.begin(instance, LOGIN);
			browser.open(instance, callback);
			assertThat(browser.isSignedIn(instance)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STORE", "COOKIE" })
	void prefetchedLoginOfFiltersOfTheAppsOwnIsNoError(KeptIn keptIn) {
		try (Instance instance = keptIn.start(List.of(), OwnFilters.class)) {
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

	@Configuration(proxyBeanMethods = false)
	static class OwnFilters {

		@Bean
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
