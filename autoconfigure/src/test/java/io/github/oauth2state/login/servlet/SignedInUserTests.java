package io.github.oauth2state.login.servlet;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SignedInUser}, with filter chains as apps have them.
 */
class SignedInUserTests extends FilterChainTests {

	private static final String SIGN_IN = "/login/oauth2/code/idp";

	@BeforeEach
	void signIn() {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("alice", "", "ROLE_USER"));
	}

	@AfterEach
	void signOut() {
		SecurityContextHolder.clearContext();
	}

	@Test
	void loginThatSignsAUserInIsForNobodyInParticular() {
		run(App.class, (context) -> {
			assertThat(userOfLogin(context, SIGN_IN)).isNull();
			assertThat(userOfLogin(context, "/authorized")).isEqualTo("alice");
		});
	}

	@Test
	void pathOfTheAppSignsUsersIn() {
		run(OwnPath.class, (context) -> {
			assertThat(userOfLogin(context, "/callback/idp")).isNull();
			assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice");
		});
	}

	@Test
	void matcherOfTheAppIsNotAskedWhatItMatches() {
		run(OwnMatcher.class, (context) -> {
			assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice");
			assertThat(userOfLogin(context, "/callback/idp")).isEqualTo("alice");
		});
	}

	@Test
	void loginIsForTheUserWhereAnotherChainMayReceiveTheCallback() {
		run(ClientsFirst.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
		run(ClientsLast.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void chainWithoutClientsReceivesNone() {
		run(SecondChainWithLogin.class, (context) -> {
			assertThat(userOfLogin(context, SIGN_IN)).isNull();
			assertThat(userOfLogin(context, "/authorized")).isEqualTo("alice");
		});
	}

	@Test
	void chainWithoutClientsStartsAuthorizationsThatAnotherReceives() {
		run(LastChainWithLogin.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void nobodyIsLookedForInAnAppWithoutClients() {
		run(LoginOnly.class, (context) -> assertThat(userOfLogin(context, "/authorized")).isNull());
	}

	/**
	 * Returns the user for whom a login starts on the last chain with logins.
	 */
	private static String userOfLogin(AssertableWebApplicationContext context, String redirectPath) {
		SignedInUser user = chains(context).stream()
			.map(SecurityFilterChain::getFilters)
			.filter((filters) -> filters.stream().anyMatch(OAuth2LoginAuthenticationFilter.class::isInstance))
			.flatMap(List::stream)
			.filter(CallbackFilter.class::isInstance)
			.map((filter) -> ((CallbackFilter) filter).chain().user())
			.reduce((first, last) -> last)
			.orElseThrow();
		return user.name(OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://idp.example/authorize")
			.clientId("app")
			.redirectUri("https://app.example" + redirectPath)
			.build(), new ServletExchange(new MockHttpServletRequest()));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPath {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login((login) -> login.loginProcessingUrl("/callback/*"))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMatcher {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login((login) -> login
				.withObjectPostProcessor(new ObjectPostProcessor<OAuth2LoginAuthenticationFilter>() {
					@Override
					public <O extends OAuth2LoginAuthenticationFilter> O postProcess(O filter) {
						filter.setRequiresAuthenticationRequestMatcher(
								(request) -> request.getRequestURI().startsWith("/callback/"));
						return filter;
					}
				})).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsFirst {

		@Bean
		SecurityFilterChain first(HttpSecurity http) {
			return http.securityMatcher(SIGN_IN).oauth2Client(Customizer.withDefaults()).build();
		}

		@Bean
		SecurityFilterChain second(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsLast {

		@Bean
		@Order(2)
		SecurityFilterChain first(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

		@Bean
		@Order(1)
		SecurityFilterChain second(HttpSecurity http) {
			return http.securityMatcher(SIGN_IN).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondChainWithLogin {

		@Bean
		SecurityFilterChain first(HttpSecurity http) {
			return http.securityMatcher("/admin/**").oauth2Login(Customizer.withDefaults()).build();
		}

		@Bean
		SecurityFilterChain second(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LastChainWithLogin {

		@Bean
		@Order(1)
		SecurityFilterChain first(HttpSecurity http) {
			return http.securityMatcher("/api/**").oauth2Client(Customizer.withDefaults()).build();
		}

		@Bean
		@Order(2)
		SecurityFilterChain second(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LoginOnly {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

}
