package io.github.oauth2state.login.reactive;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.LogoutSpec;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which reactive filter chains get the shared repository, on whatever version of Spring
 * Security is on the class path.
 */
class ReactiveChainHookTests extends ReactiveChainTests {

	@Test
	void chainOfSpringBootGetsTheSharedRepository() {
		this.app.run((context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED, SHARED, SHARED)));
	}

	@Test
	void chainWithLoginOnlyGetsTheSharedRepository() {
		run(LoginOnly.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void chainWithClientOnlyGetsTheSharedRepository() {
		run(ClientOnly.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED, SHARED)));
	}

	@Test
	void ofSeveralChainsThoseWithoutOAuth2AreUntouched() {
		run(Several.class, (context) -> {
			List<SecurityWebFilterChain> chains = chains(context);
			assertThat(repositories(context)).containsExactly(List.of(), List.of(USERS), List.of(SHARED));
			assertThat(filters(chains.get(0))).noneMatch(LoginWebFilter.class::isInstance);
			assertThat(filters(chains.get(1))).noneMatch(LoginWebFilter.class::isInstance);
			assertThat(filters(chains.get(2))).filteredOn(LoginWebFilter.class::isInstance).hasSize(1);
		});
	}

	@Test
	void customizerBeanMayEnableLogin() {
		run(CustomizerBean.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void filtersAreWhereTheyCanActAndLogoutStaysSwitchedOff() {
		run(WithoutLogout.class, (context) -> {
			List<Class<?>> order = filters(chains(context).get(0)).stream().<Class<?>>map(WebFilter::getClass).toList();
			assertThat(order).doesNotContain(LogoutWebFilter.class);
			assertThat(order.indexOf(FormPostWebFilter.class)).isPositive()
				.isLessThan(order.indexOf(LoginWebFilter.class));
			assertThat(order.indexOf(LoginWebFilter.class))
				.isLessThan(order.indexOf(OAuth2AuthorizationRequestRedirectWebFilter.class));
			assertThat(order.indexOf(SignInCountWebFilter.class)).isPositive();
		});
	}

	@Test
	void appWithoutLoginsStarts() {
		run(Api.class, (context) -> assertThat(repositories(context)).containsExactly(List.of()));
	}

	@Test
	void lazyAppGetsTheSharedRepository() {
		this.app
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(LoginOnly.class)
			.run((context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void startupSaysOfEachChainWhetherItIsShared(CapturedOutput output) {
		run(Several.class, (context) -> assertThat(chains(context)).hasSize(3));
		assertThat(output).contains("Filter chain 'api' is left alone, as it has neither OAuth2 login nor client",
				"Filter chain 'own' is left alone, as the app has set a ServerAuthorizationRequestRepository of its own: "
						+ UsersRepository.class.getName(),
				"Filter chain 'rest': pending logins are shared");
	}

	@Test
	void disabledLeavesTheAppAsWithoutTheStarter() {
		this.app.withPropertyValues("oauth2-state.enabled=false").run((context) -> {
			assertThat(repositories(context)).containsExactly(List.of(SESSION, SESSION, SESSION));
			assertThat(context).doesNotHaveBean(ServerAuthorizationRequestRepository.class);
		});
	}

	@Test
	void doesNotStartWithoutAStore() {
		this.app.withPropertyValues("oauth2-state.store=")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("OAuth2 State has nowhere to keep pending logins"));
	}

	@Test
	void fieldsThatAreReadAreKeptInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ServerSecurityInternals.Hints().registerHints(hints, null);
		for (Map<Class<?>, List<String>> all : List.of(ServerSecurityInternals.FIELDS,
				ServerSecurityInternals.OPTIONAL_FIELDS)) {
			all.forEach((type, fields) -> fields.forEach((name) -> {
				Field field = ReflectionUtils.findField(type, name);
				assertThat(field).as(name).isNotNull();
				assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(hints);
			}));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFluxSecurity
	static class LoginOnly {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.oauth2Login(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientOnly {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Client(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Several {

		@Bean
		@Order(1)
		SecurityWebFilterChain api(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/api/**")).build();
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain own(ServerHttpSecurity http) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/own/**"))
				.oauth2Login((login) -> login.authorizationRequestRepository(new UsersRepository()))
				.build();
		}

		@Bean
		@Order(3)
		SecurityWebFilterChain rest(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizerBean {

		@Bean
		Customizer<ServerHttpSecurity> loginForAll() {
			return (http) -> http.oauth2Login(Customizer.withDefaults());
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithoutLogout {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.logout(LogoutSpec::disable).oauth2Login(Customizer.withDefaults()).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Api {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated()).build();
		}

	}

}
