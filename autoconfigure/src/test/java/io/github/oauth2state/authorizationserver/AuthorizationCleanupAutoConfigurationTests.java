package io.github.oauth2state.authorizationserver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.JdbcOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuthorizationCleanupAutoConfiguration}.
 */
class AuthorizationCleanupAutoConfigurationTests {

	private static final String PREFIX = "oauth2-state.authorization-server.cleanup.";

	private static final RegisteredClient CLIENT = RegisteredClient.withId("id-app")
		.clientId("app")
		.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
		.redirectUri("http://127.0.0.1/callback")
		.build();

	private final ApplicationContextRunner app = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OAuth2StateAutoConfiguration.class, AuthorizationCleanupAutoConfiguration.class));

	private final ApplicationContextRunner cleaning = this.app.withPropertyValues(PREFIX + "enabled=true",
			PREFIX + "interval=1s", PREFIX + "retention=0s");

	@Test
	void isOffUnlessConfigured() {
		this.app.withBean(OAuth2AuthorizationService.class, () -> service(database()))
			.run((context) -> assertThat(context).doesNotHaveBean(AuthorizationCleanup.class));
	}

	@Test
	void isOffWithTheStarter() {
		this.cleaning.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(AuthorizationCleanup.class));
	}

	@Test
	void isOffInAnAppThatIsNoAuthorizationServer() {
		this.cleaning.withClassLoader(new FilteredClassLoader(OAuth2AuthorizationService.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AuthorizationCleanup.class));
	}

	@Test
	void appWithoutATableStopsAtStartup() {
		assertThat(StartupFailure.analysisOf(
				this.app.withBean(OAuth2AuthorizationService.class, InMemoryOAuth2AuthorizationService::new),
				PREFIX + "enabled=true"))
			.contains("oauth2-state.authorization-server.cleanup.enabled is true", "JdbcOAuth2AuthorizationService",
					"as a bean", "oauth2-state.authorization-server.cleanup.enabled=false");
	}

	@Test
	void appWithoutAnyServiceStopsAtStartup() {
		assertThat(StartupFailure.analysisOf(this.app, PREFIX + "enabled=true"))
			.contains("no bean of the type JdbcOAuth2AuthorizationService");
	}

	@ParameterizedTest
	@CsvSource({ "interval,999ms,Use 1s to 1d", "interval,25h,Use 1s to 1d", "batch-size,0,Use 1 to 1000",
			"batch-size,1001,Use 1 to 1000", "max-duration,0s,Use 1s to 1h", "max-duration,61m,Use 1s to 1h",
			"retention,-1s,Use 0s to 365d", "retention,366d,Use 0s to 365d", "consent-timeout,4m,Use 5m to 30d",
			"consent-timeout,31d,Use 5m to 30d" })
	void valueThatIsOutOfRangeStopsTheApp(String property, String value, String fix) {
		assertThat(StartupFailure.analysisOf(
				this.app.withBean(OAuth2AuthorizationService.class, () -> service(database())), PREFIX + "enabled=true",
				PREFIX + property + "=" + value))
			.contains(PREFIX + property, fix);
	}

	static List<UnaryOperator<OAuth2AuthorizationService>> proxies() {
		return List.of((service) -> service, (service) -> proxy(service, true), (service) -> proxy(service, false),
				(service) -> proxy(proxy(service, true), true),
				(service) -> (OAuth2AuthorizationService) new AuthorizationServiceGuard(() -> singleUse())
					.postProcessAfterInitialization(service, "service"));
	}

	private static SingleUse singleUse() {
		return new SingleUse(new CodeLedger(new CodeStore(), "shop", Duration.ofDays(1)),
				new CodeEventPublisher(List::of), false, Duration.ZERO);
	}

	private static OAuth2AuthorizationService proxy(OAuth2AuthorizationService service, boolean ofClass) {
		ProxyFactory factory = new ProxyFactory(service);
		factory.setProxyTargetClass(ofClass);
		return (OAuth2AuthorizationService) factory.getProxy();
	}

	@ParameterizedTest
	@MethodSource("proxies")
	void findsTheTableBehindProxies(UnaryOperator<OAuth2AuthorizationService> proxy) {
		DataSource database = database();
		this.cleaning.withBean(OAuth2AuthorizationService.class, () -> proxy.apply(service(database)))
			.run((context) -> {
				saveExpired(context.getBean(OAuth2AuthorizationService.class));
				Awaitility.await().until(() -> count(database) == 0);
			});
	}

	@Test
	void cleansTheTableOfEachService() {
		Map<String, DataSource> databases = Map.of("one", database(), "two", database());
		this.cleaning.withBean("one", OAuth2AuthorizationService.class, () -> service(databases.get("one")))
			.withBean("two", OAuth2AuthorizationService.class, () -> service(databases.get("two")),
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.withBean("unrelated", DataSource.class, () -> database())
			.run((context) -> {
				context.getBeansOfType(OAuth2AuthorizationService.class)
					.values()
					.forEach(AuthorizationCleanupAutoConfigurationTests::saveExpired);
				Awaitility.await().until(() -> databases.values().stream().allMatch((each) -> count(each) == 0));
			});
	}

	@Test
	void doesNotNeedSingleUse() {
		DataSource database = database();
		this.cleaning.withConfiguration(AutoConfigurations.of(AuthorizationServerAutoConfiguration.class))
			.withPropertyValues("oauth2-state.authorization-server.single-use=false")
			.withBean(OAuth2AuthorizationService.class, () -> service(database))
			.run((context) -> {
				saveExpired(context.getBean(OAuth2AuthorizationService.class));
				Awaitility.await().until(() -> count(database) == 0);
			});
	}

	private static void saveExpired(OAuth2AuthorizationService service) {
		Instant now = Instant.now();
		service.save(OAuth2Authorization.withRegisteredClient(CLIENT)
			.principalName("alice")
			.authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
			.token(new OAuth2AuthorizationCode(UUID.randomUUID().toString(), now.minusSeconds(60), now.minusSeconds(1)))
			.build());
	}

	private static long count(DataSource database) {
		Long count = new JdbcTemplate(database).queryForObject("SELECT count(*) FROM oauth2_authorization", Long.class);
		return (count != null) ? count : -1;
	}

	private static JdbcOAuth2AuthorizationService service(DataSource database) {
		return new JdbcOAuth2AuthorizationService(new JdbcTemplate(database),
				new InMemoryRegisteredClientRepository(CLIENT));
	}

	private static DataSource database() {
		DataSource database = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		new ResourceDatabasePopulator(
				new ClassPathResource("oauth2-authorization-schema.sql", JdbcOAuth2AuthorizationService.class))
			.execute(database);
		return database;
	}

}
