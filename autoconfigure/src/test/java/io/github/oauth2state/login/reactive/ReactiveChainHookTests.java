package io.github.oauth2state.login.reactive;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity.LogoutSpec;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.OAuth2AuthorizationRequestRedirectWebFilter;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizationCodeAuthenticationTokenConverter;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionServerOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Which reactive filter chains get the shared repository, on whatever version of Spring
 * Security is on the class path.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveChainHookTests {

	private static final String SHARED = SharedServerAuthorizationRequestRepository.class.getSimpleName();

	private static final String SESSION = WebSessionOAuth2ServerAuthorizationRequestRepository.class.getSimpleName();

	private static final String USERS = UsersRepository.class.getSimpleName();

	private final ReactiveWebApplicationContextRunner app = ReactiveApp.runner();

	/**
	 * Other tests in this JVM start apps that log less.
	 */
	@BeforeEach
	void logAtInfo() {
		((Logger) LoggerFactory.getLogger(ReactiveChainInspector.class)).setLevel(Level.INFO);
	}

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
	void statementsGetTheSharedRepositoryAsChainedCallsDo() {
		run(Statements.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void methodsThatReturnTheBuilderReturnWhatIsHooked() {
		this.app.run((context) -> {
			ServerHttpSecurity http = context.getBean(ServerHttpSecurity.class);
			assertThat(http.csrf(CsrfSpec::disable)).isSameAs(http);
			assertThat(http.addFilterAt((exchange, chain) -> chain.filter(exchange), SecurityWebFiltersOrder.LAST)
				.oauth2Login(Customizer.withDefaults())
				.logout(LogoutSpec::disable)).isSameAs(http);
		});
	}

	@Test
	void chainCannotBeBuiltTwiceAsWithoutTheStarter() {
		this.app.run((context) -> {
			ServerHttpSecurity http = context.getBean(ServerHttpSecurity.class).oauth2Login(Customizer.withDefaults());
			http.build();
			assertThatIllegalStateException().isThrownBy(http::build).withMessageContaining("already been built");
		});
	}

	@Test
	void repositoryThatTheUserSetOnLoginLeavesTheChainToThem() {
		run(UsersOnLogin.class,
				(context) -> assertThat(repositories(context)).containsExactly(List.of(USERS, SESSION, SESSION)));
	}

	@Test
	void repositoryThatTheUserSetOnClientLeavesTheChainToThem() {
		run(UsersOnClient.class,
				(context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION, USERS, USERS)));
	}

	@Test
	void chainOnWhichTheUserSetsTheBeanIsSharedAsIfTheyHadNot() {
		run(UsersSetTheBean.class, (context) -> {
			assertThat(repositories(context)).containsExactly(List.of(SHARED));
			assertThat(filters(chains(context).get(0))).filteredOn(LoginWebFilter.class::isInstance).hasSize(1);
		});
	}

	@Test
	void converterThatLooksInTheSessionLooksInTheStoreToo() {
		run(StockConverter.class, (context) -> {
			assertThat(repositories(context)).containsExactly(List.of(SHARED));
			Object converter = context.getBean(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class);
			assertThat(ServerSecurityInternals.read(ServerOAuth2AuthorizationCodeAuthenticationTokenConverter.class,
					"authorizationRequestRepository", converter))
				.isInstanceOf(SharedServerAuthorizationRequestRepository.class);
		});
	}

	@Test
	void converterOfTheAppLeavesTheChainAlone(CapturedOutput output) {
		run(UsersConverter.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION)));
		assertThat(output).contains("is left alone, as the app makes its filters or has set an authentication "
				+ "converter: their pending logins stay in the session");
	}

	@Test
	void builderOfTheAppsOwnClassGetsTheSharedRepository() {
		run(OwnBuilder.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void builderThatIsNoBeanIsUntouched() {
		run(NoBean.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SESSION)));
	}

	@Test
	void customizerBeanMayEnableLogin() {
		run(CustomizerBean.class, (context) -> assertThat(repositories(context)).containsExactly(List.of(SHARED)));
	}

	@Test
	void repositoryIsABeanForFiltersOfTheAppsOwn() {
		this.app.run((context) -> assertThat(context).getBean(ServerAuthorizationRequestRepository.class)
			.isInstanceOf(SharedServerAuthorizationRequestRepository.class));
	}

	@Test
	void repositoryBeanOfTheUserIsTheOnlyOneAndChangesNoChain() {
		this.app.withBean(UsersRepository.class, UsersRepository::new).run((context) -> {
			assertThat(context).getBean(ServerAuthorizationRequestRepository.class).isInstanceOf(UsersRepository.class);
			assertThat(repositories(context)).containsExactly(List.of(SHARED, SHARED, SHARED));
		});
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
		ServerSecurityInternals.FIELDS.forEach((type, fields) -> fields.forEach((name) -> {
			Field field = ReflectionUtils.findField(type, name);
			assertThat(field).as(name).isNotNull();
			assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(hints);
		}));
	}

	@Test
	void classOfTheProxyIsKnownAheadOfTime() {
		ServerSecurityHook hook = new ServerSecurityHook((http, initial) -> {
		});
		assertThat(hook.determineBeanType(ServerHttpSecurity.class, "http")).isAssignableTo(ServerHttpSecurity.class)
			.isNotEqualTo(ServerHttpSecurity.class);
		assertThat(hook.determineBeanType(String.class, "text")).isEqualTo(String.class);
		assertThat(hook.postProcessAfterInitialization(ServerHttpSecurity.http(), "http").getClass())
			.isEqualTo(hook.determineBeanType(ServerHttpSecurity.class, "http"));
	}

	@Test
	void builderInsideProxiesOfTheAppIsConfigured() {
		List<ServerHttpSecurity> configured = new ArrayList<>();
		ServerHttpSecurity http = ServerHttpSecurity.http();
		Object proxy = new ServerSecurityHook((builder, initial) -> configured.add(builder))
			.postProcessAfterInitialization(proxy(proxy(http)), "http");
		((ServerHttpSecurity) proxy).build();
		assertThat(configured).singleElement().isSameAs(http);
	}

	private static Object proxy(Object target) {
		ProxyFactory factory = new ProxyFactory(target);
		factory.setProxyTargetClass(true);
		return factory.getProxy();
	}

	private void run(Class<?> configuration, Consumer<AssertableReactiveWebApplicationContext> assertions) {
		this.app.withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(context);
		});
	}

	private static List<SecurityWebFilterChain> chains(AssertableReactiveWebApplicationContext context) {
		return context.getBeanProvider(SecurityWebFilterChain.class).orderedStream().toList();
	}

	private static List<WebFilter> filters(SecurityWebFilterChain chain) {
		List<WebFilter> filters = new ArrayList<>();
		chain.getWebFilters().subscribe(filters::add);
		return filters;
	}

	private static List<List<String>> repositories(AssertableReactiveWebApplicationContext context) {
		return chains(context).stream()
			.map((chain) -> filters(chain).stream()
				.map(ServerSecurityInternals::repository)
				.filter((repository) -> repository != null)
				.map((repository) -> repository.getClass().getSimpleName())
				.toList())
			.toList();
	}

	static final class UsersRepository implements ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> {

		@Override
		public Mono<OAuth2AuthorizationRequest> loadAuthorizationRequest(ServerWebExchange exchange) {
			return Mono.empty();
		}

		@Override
		public Mono<Void> saveAuthorizationRequest(OAuth2AuthorizationRequest login, ServerWebExchange exchange) {
			return Mono.empty();
		}

		@Override
		public Mono<OAuth2AuthorizationRequest> removeAuthorizationRequest(ServerWebExchange exchange) {
			return Mono.empty();
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
	static class Statements {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated());
			http.csrf((csrf) -> csrf.disable().cors(Customizer.withDefaults()));
			http.oauth2Login((login) -> login.loginPage("/welcome"));
			return http.build();
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
	static class UsersOnLogin {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login((login) -> login.authorizationRequestRepository(new UsersRepository()))
				.oauth2Client(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersOnClient {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(Customizer.withDefaults())
				.oauth2Client((client) -> client.authorizationRequestRepository(new UsersRepository()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersSetTheBean {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http,
				ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> repository) {
			return http.oauth2Login((login) -> login.authorizationRequestRepository(repository)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class StockConverter {

		@Bean
		ServerOAuth2AuthorizationCodeAuthenticationTokenConverter converter(
				ReactiveClientRegistrationRepository registrations) {
			return new ServerOAuth2AuthorizationCodeAuthenticationTokenConverter(registrations);
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http,
				ServerOAuth2AuthorizationCodeAuthenticationTokenConverter converter) {
			return http.oauth2Login((login) -> login.authenticationConverter(converter)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UsersConverter {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			ServerAuthenticationConverter converter = (exchange) -> Mono.empty();
			return http.oauth2Login((login) -> login.authenticationConverter(converter)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		@Scope("prototype")
		Builder builder() {
			return new Builder();
		}

		@Bean
		SecurityWebFilterChain chain(Builder builder, ApplicationContext context) {
			return builder.withContext(context).oauth2Login(Customizer.withDefaults()).build();
		}

	}

	static class Builder extends ServerHttpSecurity {

		ServerHttpSecurity withContext(ApplicationContext context) {
			setApplicationContext(context);
			return this;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoBean {

		@Bean
		SecurityWebFilterChain chain(ReactiveClientRegistrationRepository registrations) {
			return ServerHttpSecurity.http()
				.oauth2Login((login) -> login.clientRegistrationRepository(registrations)
					.authorizedClientRepository(new WebSessionServerOAuth2AuthorizedClientRepository())
					.authenticationManager((authentication) -> Mono.empty()))
				.build();
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
