package io.github.oauth2state.login.servlet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationCodeGrantFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2LoginAuthenticationFilter;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AbstractAuthenticationProcessingFilter;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which filter chains get the shared repository, on whatever version of Spring Security
 * is on the class path.
 */
@ExtendWith(OutputCaptureExtension.class)
class FilterChainHookTests {

	private static final String SHARED = SharedAuthorizationRequestRepository.class.getSimpleName();

	private static final String SESSION = HttpSessionOAuth2AuthorizationRequestRepository.class.getSimpleName();

	private static final String USERS = UsersRepository.class.getSimpleName();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withUserConfiguration(App.class)
		.withPropertyValues("oauth2-state.store=memory",
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
						+ "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
		.withPropertyValues(registration("idp"));

	private static String[] registration(String id) {
		String registration = "spring.security.oauth2.client.registration." + id;
		String provider = "spring.security.oauth2.client.provider." + id;
		return new String[] { registration + ".client-id=app", registration + ".client-secret=secret",
				registration + ".authorization-grant-type=authorization_code",
				registration + ".redirect-uri={baseUrl}/login/oauth2/code/" + id,
				provider + ".authorization-uri=https://idp.example/authorize",
				provider + ".token-uri=https://idp.example/token", provider + ".user-info-uri=https://idp.example/user",
				provider + ".user-name-attribute=sub" };
	}

	/**
	 * Other tests in this JVM start apps that log less.
	 */
	@BeforeEach
	void logAtInfo() {
		((Logger) LoggerFactory.getLogger(FilterChainInspector.class)).setLevel(Level.INFO);
	}

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
	void repositoryThatTheUserSetOnLoginLeavesTheChainToThem() {
		run(UsersRepositoryOnLogin.class, (context) -> assertThat(repositories(context)).containsExactly(
				List.of("redirect " + USERS, "redirect " + SESSION, "login " + USERS, "client " + SESSION)));
	}

	@Test
	void repositoryThatTheUserSetOnClientLeavesTheChainToThem() {
		run(UsersRepositoryOnClient.class, (context) -> assertThat(repositories(context)).containsExactly(
				List.of("redirect " + SESSION, "redirect " + USERS, "login " + SESSION, "client " + USERS)));
	}

	@Test
	void repositoryThatTheUserSetsByACustomizerBeanWins() {
		run(UsersLoginCustomizer.class,
				(context) -> assertThat(repositories(context).get(0)).contains("redirect " + USERS, "login " + USERS)
					.doesNotContain("login " + SHARED));
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
	void repositoryIsABeanForFiltersOfTheAppsOwn() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(AuthorizationRequestRepository.class)
			.hasSingleBean(SharedAuthorizationRequestRepository.class));
	}

	@Test
	void repositoryBeanOfTheUserIsTheOnlyOneAndChangesNoChain() {
		run(UsersRepositoryBean.class, (context) -> {
			assertThat(context).hasSingleBean(AuthorizationRequestRepository.class)
				.hasSingleBean(UsersRepository.class);
			assertThat(repositories(context)).containsExactly(
					List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED));
		});
	}

	@Test
	void chainOnWhichTheUserSetsTheBeanIsSharedAsIfTheyHadNot() {
		run(BeanOnLogin.class, (context) -> {
			assertThat(repositories(context)).containsExactly(
					List.of("redirect " + SHARED, "redirect " + SHARED, "login " + SHARED, "client " + SHARED));
			assertThat(chains(context).get(0).getFilters()).filteredOn(CallbackFilter.class::isInstance).hasSize(1);
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
	void startupSaysThatAChainIsLeftAloneThoughTheUserSetARepositoryOnOneSideOnly(CapturedOutput output) {
		run(UsersRepositoryOnClient.class,
				(context) -> assertThat(output).contains("Filter chain 'chain' for any request is left alone, as the "
						+ "app has set an AuthorizationRequestRepository of its own: "
						+ UsersRepository.class.getName()));
	}

	@Test
	void startupWarnsOfAFilterOfTheAppsOwnThatLooksElsewhere(CapturedOutput output) {
		run(OwnFilterInSharedChain.class, (context) -> assertThat(output).contains("WARN",
				"Filter chain 'chain' for any request: pending logins are shared, but one of its filters looks for them in "
						+ HttpSessionOAuth2AuthorizationRequestRepository.class.getName(),
				"Set the AuthorizationRequestRepository bean"));
	}

	@Test
	void startupSaysHowFiltersOfTheAppsOwnCanShare(CapturedOutput output) {
		run(OwnFiltersOnly.class,
				(context) -> assertThat(output).contains(
						"Filter chain 'chain' for any request is left alone, as the app makes its filters",
						"Set the AuthorizationRequestRepository bean"));
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
				.filter((type) -> !type.getName().startsWith(FilterChainHookTests.class.getName()))).isEmpty();
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
		assertThat(
				RuntimeHintsPredicates.reflection().onFieldAccess(SessionManagementConfigurer.class, "sessionPolicy"))
			.accepts(hints);
		for (Class<?> filter : List.of(OAuth2AuthorizationRequestRedirectFilter.class,
				OAuth2LoginAuthenticationFilter.class, OAuth2AuthorizationCodeGrantFilter.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(filter, "authorizationRequestRepository"))
				.accepts(hints);
		}
	}

	private void run(Class<?> configuration, Consumer<AssertableWebApplicationContext> assertions) {
		this.runner.withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(context);
		});
	}

	private static List<SecurityFilterChain> chains(AssertableWebApplicationContext context) {
		return context.getBeanProvider(SecurityFilterChain.class).orderedStream().toList();
	}

	private static List<List<String>> repositories(AssertableWebApplicationContext context) {
		return chains(context).stream()
			.map((chain) -> chain.getFilters().stream().map(FilterChainHookTests::repository).toList())
			.map((all) -> all.stream().filter((name) -> !name.isEmpty()).toList())
			.toList();
	}

	private static String repository(Filter filter) {
		String kind = "";
		if (filter instanceof OAuth2AuthorizationRequestRedirectFilter) {
			kind = "redirect ";
		}
		else if (filter instanceof OAuth2LoginAuthenticationFilter) {
			kind = "login ";
		}
		else if (filter instanceof OAuth2AuthorizationCodeGrantFilter) {
			kind = "client ";
		}
		if (kind.isEmpty()) {
			return "";
		}
		Object repository = ReflectionTestUtils.getField(filter, "authorizationRequestRepository");
		return (repository != null) ? kind + repository.getClass().getSimpleName() : "none";
	}

	@EnableAutoConfiguration
	static class App {

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
	static class UsersRepositoryOnLogin {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http
				.oauth2Login((login) -> login.authorizationEndpoint(
						(endpoint) -> endpoint.authorizationRequestRepository(new UsersRepository())))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersRepositoryOnClient {

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults())
				.oauth2Client((client) -> client
					.authorizationCodeGrant((grant) -> grant.authorizationRequestRepository(new UsersRepository())))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersRepositoryBean {

		@Bean
		UsersRepository usersRepository() {
			return new UsersRepository();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BeanOnLogin {

		@Bean
		SecurityFilterChain chain(HttpSecurity http,
				AuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
			return http
				.oauth2Login((login) -> login
					.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestRepository(repository)))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFilterInSharedChain {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			return http.oauth2Login(Customizer.withDefaults())
				.addFilter(new OAuth2AuthorizationRequestRedirectFilter(registrations, "/own"))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFiltersOnly {

		@Bean
		SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository registrations) {
			return http.addFilter(new OAuth2AuthorizationRequestRedirectFilter(registrations)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersLoginCustomizer {

		@Bean
		Customizer<OAuth2LoginConfigurer<HttpSecurity>> loginCustomizer() {
			return (login) -> login
				.authorizationEndpoint((endpoint) -> endpoint.authorizationRequestRepository(new UsersRepository()));
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
