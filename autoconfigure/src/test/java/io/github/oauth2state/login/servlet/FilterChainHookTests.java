package io.github.oauth2state.login.servlet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which filter chains get the shared repository, on whatever version of Spring Security
 * is on the class path.
 */
class FilterChainHookTests extends FilterChainTests {

	@Test
	void chainOfSpringBootGetsTheSharedRepository() {
		this.runner.run((context) -> assertThat(repositories(context)).containsExactly(
				List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED)));
	}

	@Test
	void chainWithLoginOnlyGetsTheSharedRepository() {
		run(LoginOnly.class, (context) -> assertThat(repositories(context))
			.containsExactly(List.of("redirect " + SHARED, "login " + SHARED)));
	}

	@Test
	void chainWithClientOnlyGetsTheSharedRepository() {
		run(ClientOnly.class, (context) -> assertThat(repositories(context))
			.containsExactly(List.of("redirect " + SHARED, "client " + SHARED)));
	}

	@Test
	void ofSeveralChainsThoseWithoutOAuth2AreUntouched() {
		run(SeveralChains.class, (context) -> {
			assertThat(repositories(context)).containsExactly(List.of(), List.of("redirect " + USERS, "login " + USERS),
					List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED));
			List<SecurityFilterChain> chains = chains(context);
			assertThat(chains.get(0).getFilters()).noneMatch(CallbackFilter.class::isInstance);
			assertThat(chains.get(1).getFilters()).noneMatch(CallbackFilter.class::isInstance);
			assertThat(chains.get(2).getFilters()).filteredOn(CallbackFilter.class::isInstance).hasSize(1);
		});
	}

	@Test
	void loginThatAUsersDslAddsLateGetsTheSharedRepository() {
		run(UsersDsl.class, (context) -> assertThat(repositories(context))
			.containsExactly(List.of("redirect " + SHARED, "login " + SHARED)));
	}

	@Test
	void callbackFilterStandsBetweenRedirectAndLogin() {
		run(LoginOnly.class, (context) -> {
			List<Class<?>> order = new ArrayList<>();
			chains(context).get(0).getFilters().forEach((filter) -> order.add(filter.getClass()));
			assertThat(order.indexOf(CallbackFilter.class))
				.isGreaterThan(order.indexOf(OAuth2AuthorizationRequestRedirectFilter.class))
				.isLessThan(order.indexOf(OAuth2LoginAuthenticationFilter.class));
		});
	}

	@Test
	void startupSaysOfEachChainWhetherItIsShared(CapturedOutput output) {
		run(SeveralChains.class, (context) -> assertThat(output).contains("Filter chain 'api' for ", "/api/**",
				"is left alone, as it has neither OAuth2 login nor client", "Filter chain 'own' for ", "/own/**",
				"is left alone, as the app has set an AuthorizationRequestRepository of its own: "
						+ UsersRepository.class.getName(),
				"Filter chain 'app' for any request: pending logins are shared"));
	}

	@Test
	void disabledLeavesTheAppAsWithoutTheStarter() {
		this.runner.withPropertyValues("oauth2-state.enabled=false").run((context) -> {
			assertThat(repositories(context)).containsExactly(
					List.of("redirect " + SESSION, "redirect " + SESSION, "login " + SESSION, "client " + SESSION));
			assertThat(chains(context).get(0).getFilters()).noneMatch(CallbackFilter.class::isInstance);
			assertThat(Arrays.stream(context.getBeanDefinitionNames())
				.map(context::getType)
				.filter((type) -> type != null && type.getName().startsWith("io.github.oauth2state"))
				.filter((type) -> type != App.class)).isEmpty();
		});
	}

	@Test
	void successHandlerCanBeRead() {
		run(LoginOnly.class, (context) -> {
			Filter login = chains(context).get(0)
				.getFilters()
				.stream()
				.filter(OAuth2LoginAuthenticationFilter.class::isInstance)
				.findFirst()
				.orElseThrow();
			assertThat(SecurityInternals.successHandler((AbstractAuthenticationProcessingFilter) login)).isNotNull();
		});
	}

	@Test
	void whatIsNoEndpointConfigurerIsTakenForOneWithARepository() {
		assertThat(SecurityInternals.mayHaveRepository(new Object())).isTrue();
	}

	@Test
	void fieldsThatAreReadAreKeptInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new SecurityInternals.Hints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(OAuth2LoginConfigurer.AuthorizationEndpointConfig.class, "authorizationRequestRepository"))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(AbstractAuthenticationProcessingFilter.class, "successHandler")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(AbstractAuthenticationProcessingFilter.class, "requiresAuthenticationRequestMatcher"))
			.accepts(hints);
		for (String field : List.of("pattern", "method")) {
			assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(PathPatternRequestMatcher.class, field))
				.accepts(hints);
		}
		assertThat(
				RuntimeHintsPredicates.reflection().onFieldAccess(SessionManagementConfigurer.class, "sessionPolicy"))
			.accepts(hints);
		for (Class<?> filter : List.of(OAuth2AuthorizationRequestRedirectFilter.class,
				OAuth2LoginAuthenticationFilter.class, OAuth2AuthorizationCodeGrantFilter.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(filter, "authorizationRequestRepository"))
				.accepts(hints);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class LoginOnly {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientOnly {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralChains {

		@Bean
		@Order(1)
		SecurityFilterChain api(HttpSecurity http) {
			return http.securityMatcher("/api/**").httpBasic(Customizer.withDefaults()).build();
		}

		@Bean
		@Order(2)
		SecurityFilterChain own(HttpSecurity http) {
			return http.securityMatcher("/own/**")
				.oauth2Login((login) -> login.authorizationEndpoint(
						(endpoint) -> endpoint.authorizationRequestRepository(new UsersRepository())))
				.build();
		}

		@Bean
		@Order(3)
		SecurityFilterChain app(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersDsl {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.with(new LateLogin()).build();
		}

	}

	static class LateLogin extends AbstractHttpConfigurer<LateLogin, HttpSecurity> {

		@Override
		public void init(HttpSecurity http) {
			http.oauth2Login(Customizer.withDefaults());
		}

	}

}
