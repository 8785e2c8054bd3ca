package io.github.oauth2state.login.reactive;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.authentication.OAuth2LoginAuthenticationWebFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReactiveSignedInUser}, with filter chains as apps have them.
 */
class ReactiveSignedInUserTests extends ReactiveChainTests {

	private static final String SIGN_IN = "/login/oauth2/code/idp";

	@Test
	void loginThatSignsAUserInIsForNobodyInParticular() {
		run(LoginAndClients.class, (context) -> {
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
	void pathThatSignsUsersInWithOneMethodOnlyMayBeThatOfAClient() {
		run(OwnMethod.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void converterOfTheAppMayLeaveCallbacksToClients() {
		run(OwnConverter.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void loginIsForTheUserWhereAnotherChainMayReceiveTheCallback() {
		run(ClientsFirst.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
		run(ClientsLast.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void chainWithoutClientsStartsAuthorizationsThatAnotherReceives() {
		run(OnlyLoginLast.class, (context) -> assertThat(userOfLogin(context, SIGN_IN)).isEqualTo("alice"));
	}

	@Test
	void nobodyIsLookedForInAnAppWithoutClients() {
		run(LoginOnly.class, (context) -> assertThat(userOfLogin(context, "/authorized")).isNull());
	}

	/**
	 * Returns the user for whom a login starts on the chain with logins.
	 */
	private static String userOfLogin(AssertableReactiveWebApplicationContext context, String redirectPath) {
		ReactiveSignedInUser user = chains(context).stream()
			.map(ReactiveChainTests::filters)
			.filter((filters) -> filters.stream().anyMatch(OAuth2LoginAuthenticationWebFilter.class::isInstance))
			.flatMap(List::stream)
			.filter(LoginWebFilter.class::isInstance)
			.map((filter) -> ((LoginWebFilter) filter).chain().user())
			.findFirst()
			.orElseThrow();
		OAuth2AuthorizationRequest login = OAuth2AuthorizationRequest.authorizationCode()
			.authorizationUri("https://idp.example/authorize")
			.clientId("app")
			.redirectUri("https://app.example" + redirectPath)
			.build();
		ReactiveExchange exchange = new ReactiveExchange(MockServerWebExchange.from(MockServerHttpRequest.get("/")));
		return user.name(login, exchange)
			.contextWrite(ReactiveSecurityContextHolder
				.withAuthentication(new TestingAuthenticationToken("alice", "", "ROLE_USER")))
			.block();
	}

	@Configuration(proxyBeanMethods = false)
	static class LoginAndClients {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPath {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http
				.oauth2Login((login) -> login
					.authenticationMatcher(new PathPatternParserServerWebExchangeMatcher("/callback/{registrationId}")))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMethod {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http
				.oauth2Login((login) -> login.authenticationMatcher(new PathPatternParserServerWebExchangeMatcher(
						"/login/oauth2/code/{registrationId}", HttpMethod.POST)))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConverter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http, ReactiveClientRegistrationRepository registrations) {
			return http.oauth2Login((login) -> login
				.authenticationConverter(new ServerOAuth2AuthorizationCodeAuthenticationTokenConverter(registrations) {
				})).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsFirst {

		@Bean
		SecurityWebFilterChain first(ServerHttpSecurity http) {
			return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher(SIGN_IN))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@Bean
		SecurityWebFilterChain second(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientsLast {

		@Bean
		@Order(2)
		SecurityWebFilterChain first(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

		@Bean
		@Order(1)
		SecurityWebFilterChain second(ServerHttpSecurity http) {
			return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher(SIGN_IN))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnlyLoginLast {

		@Bean
		@Order(1)
		SecurityWebFilterChain first(ServerHttpSecurity http) {
			return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher("/api/**"))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain second(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LoginOnly {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

}
