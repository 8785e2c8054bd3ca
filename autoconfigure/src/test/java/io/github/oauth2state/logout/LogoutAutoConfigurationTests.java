package io.github.oauth2state.logout;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.client.oidc.session.InMemoryOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.session.MapSession;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.SessionRepository;

import io.github.oauth2state.EndedSessionListener;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

/**
 * Tests for {@link LogoutAutoConfiguration}: which apps have which way of logout.
 */
@ExtendWith(OutputCaptureExtension.class)
class LogoutAutoConfigurationTests {

	private final WebApplicationContextRunner app = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				LogoutAutoConfiguration.class));

	private final WebApplicationContextRunner withStore = this.app.withBean(FakeStore.class);

	@Test
	void storeThatCannotIndexSessionsGetsMarks() {
		this.withStore.withUserConfiguration(SharedSessions.class).run((context) -> {
			assertThat(context.getBean(LogoutServices.class).marks()).isNotNull();
			assertThat(context.getBean(FilterRegistrationBean.class).isEnabled()).isFalse();
			assertThat(context).hasSingleBean(OidcSessionRegistry.class).hasSingleBean(UserSessions.class);
		});
	}

	@ParameterizedTest
	@CsvSource({ "io.github.oauth2state.logout.LogoutAutoConfigurationTests$SharedSessions, true",
			"io.github.oauth2state.logout.LogoutAutoConfigurationTests$OwnSessions, false" })
	void storeThatCanIndexSessionsDoesSoIfInstancesShareThem(Class<?> sessions, boolean indexed) {
		withIndex().withUserConfiguration(sessions)
			.run((context) -> assertThat(context.getBean(LogoutServices.class).updates() != null).isEqualTo(indexed));
	}

	@Test
	void withoutSpringSessionOnTheClassPathThereAreMarks() {
		withIndex().withClassLoader(new FilteredClassLoader("org.springframework.session"))
			.run((context) -> assertThat(context.getBean(LogoutServices.class).marks()).isNotNull());
	}

	@Test
	void marksCanBeChosenForSharedSessionsToo() {
		withIndex().withUserConfiguration(SharedSessions.class)
			.withPropertyValues("oauth2-state.logout.back-channel=marks")
			.run((context) -> assertThat(context.getBean(LogoutServices.class).marks()).isNotNull());
	}

	@Test
	void registryThatIsNotPossibleStopsTheApp() {
		this.withStore.withPropertyValues("oauth2-state.logout.back-channel=registry")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(StartupFailureException.class)
				.rootCause()
				.hasMessageContaining("oauth2-state.logout.back-channel")
				.hasMessageContaining("do not share sessions"));
		this.withStore.withUserConfiguration(SharedSessions.class)
			.withPropertyValues("oauth2-state.logout.back-channel=registry")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("the store cannot index sessions"));
	}

	@ParameterizedTest
	@CsvSource({ "check-interval, 6m", "check-interval, -1s", "mark-ttl, 1m", "mark-ttl, 31d" })
	void valueOutOfRangeStopsTheApp(String property, String value) {
		this.withStore.withPropertyValues("oauth2-state.logout." + property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("oauth2-state.logout." + property));
	}

	@ParameterizedTest
	@CsvSource({ "172800, 48h", "48h, 48h", "30m, 24h" })
	void markLivesAsLongAsASessionThatNobodyUses(String timeout, String expected) {
		Duration least = DurationStyle.detectAndParse(expected);
		this.withStore.withPropertyValues("server.servlet.session.timeout=" + timeout).run((context) -> {
			context.getBean(OidcSessionRegistry.class).removeSessionInformation(Tokens.bySid("s1", Tokens.LOGIN, "1"));
			assertThat(context.getBean(FakeStore.class).lastTtl).isBetween(least, least.plusMinutes(5));
		});
	}

	@Test
	void appThatStopsLeavesNoThread() {
		AtomicReference<Thread> left = new AtomicReference<>();
		withIndex().withUserConfiguration(SharedSessions.class).run((context) -> {
			Set<Thread> before = Thread.getAllStackTraces().keySet();
			context.getBean(LogoutServices.class).updates().remove("one", Tokens.user("s1", "alice"));
			Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().equals("oauth2-state-sessions") && !before.contains(thread))
				.forEach(left::set);
			assertThat(left.get()).isNotNull();
		});
		assertThat(left.get()).satisfies((thread) -> thread.join(10_000)).extracting(Thread::isAlive).isEqualTo(false);
	}

	@Test
	void refusalsAreHandledFromTheFirstRequestOnInALazyApp() {
		this.withStore
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("oauth2-state.refresh.on-refusal=logout")
			.run((context) -> assertThat(context.getBean(LogoutServices.class).isInUse()).isTrue());
	}

	@Test
	void sessionThatCannotBeReadEnds() {
		withIndex().withUserConfiguration(UnreadableSessions.class)
			.withBean(EndedSessionListener.class, () -> (user) -> {
			})
			.run((context) -> {
				LogoutServices services = context.getBean(LogoutServices.class);
				((IndexedSessions) services.ender()).add("one", Tokens.user("s1", "alice"), Duration.ofHours(1));
				services.ender().end(Tokens.bySid("s1", Tokens.LOGIN, "1"));
				assertThat(context.getBean(FakeSessions.class).deleted).containsExactly("one");
			});
	}

	@Test
	void switchedOffItLeavesTheAppAlone() {
		this.withStore.withPropertyValues("oauth2-state.logout.back-channel=off")
			.run((context) -> assertThat(context).doesNotHaveBean(OidcSessionRegistry.class)
				.doesNotHaveBean(LogoutServices.class)
				.doesNotHaveBean(UserSessions.class));
	}

	@Test
	void withoutAStoreTheAppIsLeftAlone() {
		this.app.withPropertyValues("oauth2-state.store=cookie")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OidcSessionRegistry.class));
	}

	@Test
	void registryInMemoryOfTheAppIsKeptAndWarnedOf(CapturedOutput output) {
		this.withStore.withBean("mine", InMemoryOidcSessionRegistry.class).run((context) -> {
			assertThat(context).hasSingleBean(OidcSessionRegistry.class).hasBean("mine");
			assertThat(output).contains("Remove the bean 'mine'");
		});
	}

	@Test
	void severalRegistriesAreWarnedOf(CapturedOutput output) {
		this.withStore.withBean("one", InMemoryOidcSessionRegistry.class)
			.withBean("two", InMemoryOidcSessionRegistry.class)
			.run((context) -> assertThat(output).contains("uses none of the OidcSessionRegistry beans [one, two]"));
	}

	@Test
	void registrationOfUsersWithoutAnIssuerIsWarnedOf(CapturedOutput output) {
		this.withStore.withUserConfiguration(LogoutChain.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("client registration 'users'").doesNotContain("client registration 'machine'");
		});
	}

	private WebApplicationContextRunner withIndex() {
		return this.app.withUserConfiguration(IndexingStore.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class IndexingStore {

		@Bean
		ConfiguredStore<FakeStore> configuredStore() {
			return new ConfiguredStore<>(StoreType.REDIS, FakeStore::new, (store) -> new FakeIndex());
		}

		@Bean
		StateStore stateStore(ConfiguredStore<FakeStore> configured) {
			return configured.store();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SharedSessions {

		/**
		 * Declared by its interface, as Spring Boot does.
		 */
		@Bean
		SessionRepository<MapSession> sessions() {
			return new FakeSessions(true);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnreadableSessions {

		@Bean
		FakeSessions sessions() {
			return new FakeSessions(false);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSessions {

		@Bean
		MapSessionRepository sessions() {
			return new MapSessionRepository(Map.of());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class LogoutChain {

		@Bean
		ClientRegistrationRepository registrations() {
			ClientRegistration users = registration("users", AuthorizationGrantType.AUTHORIZATION_CODE)
				.redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
				.scope("openid")
				.build();
			// Has no scopes, not even an empty set
			ClientRegistration machine = registration("machine", AuthorizationGrantType.CLIENT_CREDENTIALS).build();
			return new InMemoryClientRegistrationRepository(users, machine);
		}

		private static ClientRegistration.Builder registration(String id, AuthorizationGrantType grantType) {
			return ClientRegistration.withRegistrationId(id)
				.clientId(id)
				.authorizationGrantType(grantType)
				.authorizationUri("https://provider.example/authorize")
				.tokenUri("https://provider.example/token");
		}

		@Bean
		SecurityFilterChain chain(HttpSecurity http) throws Exception {
			return http.oauth2Login(withDefaults()).oidcLogout((logout) -> logout.backChannel(withDefaults())).build();
		}

	}

}
