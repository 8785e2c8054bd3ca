package io.github.oauth2state.scenario;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Authorizations of a client that start on a filter chain with logins only, where users
 * log out too, and whose callback another filter chain receives.
 */
@ParameterizedClass(name = "{0}")
@EnumSource
@Tag("full")
class AuthorizationAcrossChainsTests {

	private static final String LOGIN = "/oauth2/authorization/idp";

	private static final String LINK = "/oauth2/authorization/api";

	private static Instance instance;

	private final Cluster cluster;

	private final Browser browser = Browser.overHttp();

	AuthorizationAcrossChainsTests(Stack stack) {
		this.cluster = Cluster.shared(stack);
	}

	@BeforeParameterizedClassInvocation
	static void start(Stack stack) {
		instance = Cluster.shared(stack).start(Chains.class);
	}

	@AfterParameterizedClassInvocation
	static void stop() {
		instance.close();
	}

	@BeforeEach
	void forget() {
		this.cluster.forget();
		instance.forgetClient("alice");
		instance.forgetClient("bob");
	}

	@Test
	void authorizationCompletesForTheUserWhoAskedForIt() {
		this.browser.follow(instance, LOGIN);
		this.browser.open(instance, this.browser.begin(instance, LINK));
		assertThat(instance.hasClient("alice")).isTrue();
	}

	@Test
	void authorizationOfOneUserIsNotGivenToTheNext() {
		this.browser.follow(instance, LOGIN);
		assertNotGivenToTheNext(this.browser.begin(instance, LINK));
	}

	@Test
	void authorizationThatNobodyAskedForEndsWithTheLogout() {
		String callback = this.browser.begin(instance, LINK);
		this.browser.follow(instance, LOGIN);
		assertNotGivenToTheNext(callback);
	}

	private void assertNotGivenToTheNext(String callback) {
		this.browser.logOut(instance);
		this.browser.as("bob").follow(instance, LOGIN);
		this.cluster.idp.takeTokenCalls();
		this.browser.open(instance, callback);
		assertThat(this.cluster.idp.takeTokenCalls()).isZero();
		assertThat(instance.hasClient("bob")).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	static class Chains {

		private static final String[] LOGINS = { "/oauth2/**", "/login/**", "/logout" };

		@Bean
		@Order(1)
		@InServletApp
		SecurityFilterChain logins(HttpSecurity http) {
			return http.securityMatcher(LOGINS)
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(2)
		@InServletApp
		SecurityFilterChain others(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().permitAll())
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(1)
		@InReactiveApp
		SecurityWebFilterChain reactiveLogins(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers(LOGINS))
				.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(2)
		@InReactiveApp
		SecurityWebFilterChain reactiveOthers(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

}
