package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.oauth2.client.CommonOAuth2Provider;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.server.session.InMemoryReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.session.MapSession;
import org.springframework.session.ReactiveMapSessionRepository;
import org.springframework.session.ReactiveSessionRepository;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.NonBlockingStore;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Tests for {@link ReactiveLogoutAutoConfiguration}: which reactive apps have which way
 * of logout.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveLogoutAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner app = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				ReactiveStoreAutoConfiguration.class, ReactiveLogoutAutoConfiguration.class));

	private final ReactiveWebApplicationContextRunner withStore = this.app.withBean(FakeStore.class);

	@ParameterizedTest
	@CsvSource({ "io.github.oauth2state.logout.ReactiveLogoutAutoConfigurationTests$SharedSessions, true",
			"io.github.oauth2state.logout.ReactiveLogoutAutoConfigurationTests$OwnSessions, false" })
	void storeThatCanIndexSessionsDoesSoIfInstancesShareThem(Class<?> sessions, boolean indexed) {
		withIndex().withUserConfiguration(sessions)
			.run((context) -> assertThat(context.getBean(LogoutServices.class).updates() != null).isEqualTo(indexed));
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.session", "jakarta.servlet" })
	void librariesThatAreMissingAreNotMissed(String missing) {
		withIndex().withUserConfiguration(LogoutChain.class)
			.withClassLoader(new FilteredClassLoader(missing))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(UserSessions.class);
				assertThat(context.getBean(LogoutServices.class).marks()).isNotNull();
			});
	}

	@Test
	void deletesSessionsOfSpringSession() {
		withIndex().withUserConfiguration(SharedSessions.class).run((context) -> {
			LogoutServices services = context.getBean(LogoutServices.class);
			services.updates().addLogin(null, Tokens.user("s1", "alice")).accept("one");
			context.getBean(ReactiveOidcSessionRegistry.class)
				.removeSessionInformation(Tokens.bySid("s1", Tokens.LOGIN, "1"))
				.blockLast();
			assertThat(context.getBean(FakeReactiveSessions.class).deleted).containsExactly("one");
		});
	}

	@Test
	void registryThatIsNotPossibleStopsTheApp() {
		this.withStore.withPropertyValues("oauth2-state.logout.back-channel=registry")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(StartupFailureException.class)
				.rootCause()
				.hasMessageContaining("oauth2-state.logout.back-channel")
				.hasMessageContaining("do not share sessions"));
	}

	@Test
	void chainThatTakesLogoutTokensPutsLogoutInUse() {
		this.withStore.withUserConfiguration(LogoutChain.class)
			.run((context) -> assertThat(context.getBean(LogoutServices.class).isInUse()).isTrue());
		this.withStore.withUserConfiguration(LoginChain.class)
			.run((context) -> assertThat(context.getBean(LogoutServices.class).isInUse()).isFalse());
	}

	/**
	 * Marks are left by calls that wait for an answer, and looked for by others.
	 */
	@Test
	void marksAreLookedForWhereTheyAreLeftIfTheAppHasTwoStores() {
		ReactiveStateStore other = NonBlockingStore.inMemory(new FakeStore());
		this.withStore.withBean(ReactiveStateStore.class, () -> other)
			.withUserConfiguration(LogoutChain.class)
			.run((context) -> {
				MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
				WebSession session = exchange.getSession().block();
				session.start();
				leaveMarkOnAnotherInstance(context, Tokens.bySid("s1", Tokens.LOGIN, "1"));
				filter(context).filter(exchange, (rest) -> Mono.empty())
					.contextWrite(ReactiveSecurityContextHolder.withAuthentication(
							new OAuth2AuthenticationToken(Tokens.user("s1", "alice"), List.of(), "google")))
					.block();
				assertThat(session.isExpired()).isTrue();
			});
	}

	private static void leaveMarkOnAnotherInstance(ApplicationContext context, OidcLogoutToken token) {
		new LogoutMarks(context.getBean(FakeStore.class), context.getBean(OAuth2StateSettings.class).namespace(),
				Duration.ofHours(1))
			.end(token);
	}

	private static ReactiveSessionLogoutFilter filter(ApplicationContext context) {
		return ReactiveChain.of(context.getBean(SecurityWebFilterChain.class))
			.all(ReactiveSessionLogoutFilter.class)
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Setting a handler removes all others.
	 */
	@Test
	void handlerThatTheAppSetsDoesNotKeepSessionsInTheIndex() {
		withIndex().withUserConfiguration(SharedSessions.class, LogoutChain.class).run((context) -> {
			List<ReactiveSessionLogoutFilter> filters = ReactiveChain.of(context.getBean(SecurityWebFilterChain.class))
				.all(ReactiveSessionLogoutFilter.class)
				.toList();
			assertThat(filters).hasSize(1);
		});
	}

	@Test
	void switchedOffItLeavesTheAppAlone() {
		this.withStore.withUserConfiguration(LogoutChain.class)
			.withPropertyValues("oauth2-state.logout.back-channel=off")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ReactiveOidcSessionRegistry.class)
				.doesNotHaveBean(LogoutServices.class)
				.doesNotHaveBean(UserSessions.class));
	}

	@Test
	void servletAppIsLeftAlone() {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(OAuth2StateAutoConfiguration.class, ReactiveLogoutAutoConfiguration.class))
			.withBean(FakeStore.class)
			.run((context) -> assertThat(context).doesNotHaveBean(LogoutServices.class));
	}

	@Test
	void registryInMemoryOfTheAppIsKeptAndWarnedOf(CapturedOutput output) {
		this.withStore.withBean("mine", InMemoryReactiveOidcSessionRegistry.class)
			.withUserConfiguration(LogoutChain.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(ReactiveOidcSessionRegistry.class).hasBean("mine");
				assertThat(context.getBean(LogoutServices.class).isInUse()).isFalse();
				assertThat(output).contains("Remove the bean 'mine'");
			});
	}

	@Test
	void registrationOfUsersWithoutAnIssuerIsWarnedOf(CapturedOutput output) {
		this.withStore.withUserConfiguration(LogoutChain.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("client registration 'bare'").doesNotContain("client registration 'google'");
		});
	}

	private ReactiveWebApplicationContextRunner withIndex() {
		return this.app.withUserConfiguration(LogoutAutoConfigurationTests.IndexingStore.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class SharedSessions {

		/**
		 * Declared by its interface, as Spring Boot does.
		 */
		@Bean
		ReactiveSessionRepository<MapSession> sessions() {
			return new FakeReactiveSessions();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSessions {

		@Bean
		ReactiveMapSessionRepository sessions() {
			return new ReactiveMapSessionRepository(Map.of());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebFlux
	@EnableWebFluxSecurity
	static class Registrations {

		@Bean
		ReactiveClientRegistrationRepository registrations() {
			return new InMemoryReactiveClientRegistrationRepository(
					CommonOAuth2Provider.GOOGLE.getBuilder("google").clientId("app").clientSecret("secret").build(),
					CommonOAuth2Provider.GOOGLE.getBuilder("bare")
						.clientId("app")
						.clientSecret("secret")
						.issuerUri(null)
						.build());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Registrations.class)
	static class LogoutChain {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(withDefaults())
				.oidcLogout((logout) -> logout.backChannel(withDefaults()))
				.logout((logout) -> logout.logoutHandler((exchange, user) -> Mono.empty()))
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Registrations.class)
	static class LoginChain {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.oauth2Login(withDefaults()).build();
		}

	}

}
