package io.github.oauth2state.tokens;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.JdbcOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

/**
 * Tests for {@link TokensAutoConfiguration} and for the stores that it needs.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokensAutoConfigurationTests {

	private static final String KEYS = "oauth2-state.tokens.keys=" + TestTokens.OLD_KEY;

	private static final StateKey KEY = StateKey.of("shop", "tokens", "keycloak", "alice");

	/**
	 * Without any connection. Boot's own is named last to see that it comes last.
	 */
	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2ClientAutoConfiguration.class, TokensAutoConfiguration.class,
				OAuth2StateAutoConfiguration.class, JdbcStateStoreAutoConfiguration.class,
				MemoryStateStoreAutoConfiguration.class, RedisStateStoreAutoConfiguration.class,
				StateStoreAutoConfiguration.class))
		.withPropertyValues("spring.application.name=shop",
				"spring.security.oauth2.client.registration.app.provider=github",
				"spring.security.oauth2.client.registration.app.client-id=client",
				"spring.security.oauth2.client.registration.app.client-secret=secret");

	private final ApplicationContextRunner appWithRedis = this.app.withBean(RedisConnectionFactory.class,
			() -> new LettuceConnectionFactory(TestRedis.instance().host(), TestRedis.instance().port()));

	private final ApplicationContextRunner appWithJdbc = this.app.withBean(DataSource.class,
			TokensAutoConfigurationTests::h2);

	private final ApplicationContextRunner appWithBoth = this.appWithJdbc.withBean(RedisConnectionFactory.class,
			() -> new LettuceConnectionFactory(TestRedis.instance().host(), TestRedis.instance().port()));

	private static DataSource h2() {
		SimpleDriverDataSource dataSource = new SimpleDriverDataSource(new org.h2.Driver(),
				"jdbc:h2:mem:tokens-" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
		new ResourceDatabasePopulator(
				new ClassPathResource("org/springframework/security/oauth2/client/oauth2-client-schema.sql"))
			.execute(dataSource);
		return dataSource;
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "oauth2-state.tokens.store=none", "oauth2-state.enabled=false" })
	void withoutAChoiceTokensStayWhereBootKeepsThem(String property) {
		this.appWithRedis.withPropertyValues(property)
			.run((context) -> assertThat(context).getBean(OAuth2AuthorizedClientService.class)
				.isInstanceOf(InMemoryOAuth2AuthorizedClientService.class));
	}

	@Test
	void disabledLibraryKeepsOutWhateverElseIsSet() {
		this.appWithRedis.withPropertyValues("oauth2-state.enabled=false", "oauth2-state.tokens.store=redis", KEYS)
			.run((context) -> assertThat(context).doesNotHaveBean(Keyring.class)
				.doesNotHaveBean(ConfiguredStore.class)
				.getBean(OAuth2AuthorizedClientService.class)
				.isInstanceOf(InMemoryOAuth2AuthorizedClientService.class));
	}

	@ParameterizedTest
	@CsvSource({ "redis,redis", "jdbc,jdbc", "REDIS,redis", "Jdbc,jdbc" })
	void tokensAreInTheSameStoreAsLogins(String tokens, String store) {
		this.appWithBoth.withPropertyValues("oauth2-state.store=" + store, "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> {
				assertTokensIn(context, store);
				assertThat(context).hasSingleBean(ConfiguredStore.class);
				assertThat(context.getBean(ConfiguredStore.class).store()).isSameAs(context.getBean(StateStore.class));
			});
	}

	@ParameterizedTest
	@CsvSource({ "redis,jdbc", "jdbc,redis", "memory,redis", "memory,jdbc" })
	void tokensAreInAnotherStoreThanLogins(String logins, String tokens) {
		this.appWithBoth.withPropertyValues("oauth2-state.store=" + logins, "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> {
				assertTokensIn(context, tokens);
				assertThat(context).hasSingleBean(StateStore.class);
				assertThat(context.getBean(StateStore.class).name()).isEqualTo(logins);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void loginsInCookiesHaveNoStoreWhereTokensHaveOne(String tokens) {
		this.appWithBoth.withPropertyValues("oauth2-state.store=cookie", "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> {
				assertTokensIn(context, tokens);
				assertThat(context).doesNotHaveBean(StateStore.class);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void storeOfTheAppIsForLoginsOnly(String tokens) {
		StateStore own = mock(StateStore.class);
		this.appWithBoth.withBean("ownStore", StateStore.class, () -> own)
			.withPropertyValues("oauth2-state.store=" + tokens, "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> {
				assertTokensIn(context, tokens);
				assertThat(context).getBean(StateStore.class).isSameAs(own);
			});
	}

	@Test
	void loginsStillNeedAStoreOfTheirOwn() {
		assertThat(StartupFailure.analysisOf(this.appWithBoth, "oauth2-state.tokens.store=redis", KEYS))
			.contains("the property oauth2-state.store is not set, and the app has both");
	}

	@Test
	void storeForTokensOnlyIsCheckedAndCleanedToo() {
		this.appWithBoth.withPropertyValues("oauth2-state.store=redis", "oauth2-state.tokens.store=jdbc", KEYS)
			.run((context) -> assertThat(context).hasBean("oauth2StateSchemaInitializer")
				.hasBean("oauth2StateTableCheck")
				.hasBean("oauth2StateExpiredRecordCleanup"));
		assertThat(StartupFailure.analysisOf(this.appWithBoth, "oauth2-state.store=redis",
				"oauth2-state.tokens.store=jdbc", KEYS, "oauth2-state.jdbc.initialize-schema=never"))
			.contains("oauth2_state", "CREATE TABLE");
	}

	@Test
	void storeForTokensOnlyIsClosedWithTheApp() {
		this.appWithBoth.withPropertyValues("oauth2-state.store=memory", "oauth2-state.tokens.store=redis", KEYS)
			.run((context) -> {
				StateStore store = context.getBean(ConfiguredStore.class).store();
				assertThat(store.find(KEY)).isEmpty();
				context.close();
				assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> store.find(KEY));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void storeIsDecorated(String tokens) {
		List<StateStore> decorated = new ArrayList<>();
		this.appWithBoth.withBean(ConfiguredStore.Decorator.class, () -> (store) -> {
			decorated.add(store);
			return store;
		})
			.withPropertyValues("oauth2-state.store=memory", "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> {
				context.getBean(OAuth2AuthorizedClientService.class);
				assertThat(decorated).hasSize(1).first().extracting(StateStore::name).isEqualTo(tokens);
			});
	}

	@Test
	void tokensOf60KilobytesAreKeptInH2() {
		this.appWithJdbc.withPropertyValues("oauth2-state.tokens.store=jdbc", KEYS, "oauth2-state.tokens.ttl=400d")
			.run((context) -> {
				OAuth2AuthorizedClientService service = context.getBean(OAuth2AuthorizedClientService.class);
				String large = "e.".repeat(30_000);
				save(context, large);
				save(context, large + "2");
				assertThat(TestTokens.values(service.loadAuthorizedClient("app", "alice"))).isEqualTo(large + "2/r1");
				Long days = new JdbcTemplate(context.getBean(DataSource.class)).queryForObject(
						"SELECT DATEDIFF(DAY, CURRENT_TIMESTAMP, expires_at) FROM oauth2_state", Long.class);
				assertThat(days).isEqualTo(400);
			});
	}

	@Test
	void plainTokensAreInTheTableOfSpringSecurity() {
		this.appWithJdbc.withPropertyValues("oauth2-state.tokens.store=jdbc-plain").run((context) -> {
			assertThat(context).getBean(OAuth2AuthorizedClientService.class)
				.isInstanceOf(JdbcOAuth2AuthorizedClientService.class);
			save(context, "a1");
			assertThat(new JdbcTemplate(context.getBean(DataSource.class))
				.queryForObject("SELECT count(*) FROM oauth2_authorized_client", Long.class)).isOne();
			assertThat(TestTokens
				.values(context.getBean(OAuth2AuthorizedClientService.class).loadAuthorizedClient("app", "alice")))
				.isEqualTo("a1/r1");
			assertThat(context.getBeanProvider(Keyring.class).getIfAvailable()).isNull();
		});
	}

	@Test
	void plainTokensNeedNoTableOfTheLibrary() {
		this.appWithBoth.withPropertyValues("oauth2-state.store=redis", "oauth2-state.tokens.store=JDBC_PLAIN")
			.run((context) -> assertThat(context).doesNotHaveBean("oauth2StateSchemaInitializer")
				.getBean(OAuth2AuthorizedClientService.class)
				.isInstanceOf(JdbcOAuth2AuthorizedClientService.class));
	}

	@Test
	void plainTokensGoThroughTheJdbcOperationsOfTheApp() {
		JdbcOperations own = mock(JdbcOperations.class);
		this.appWithRedis.withBean(JdbcOperations.class, () -> own)
			.withPropertyValues("oauth2-state.tokens.store=jdbc-plain")
			.run((context) -> {
				context.getBean(OAuth2AuthorizedClientService.class).removeAuthorizedClient("app", "alice");
				assertThat(mockingDetails(own).getInvocations()).isNotEmpty();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc", "jdbc-plain" })
	void serviceOfTheAppIsUsedAndTheAppIsWarned(String tokens, CapturedOutput output) {
		OAuth2AuthorizedClientService own = mock(OAuth2AuthorizedClientService.class);
		this.appWithBoth.withBean("ownService", OAuth2AuthorizedClientService.class, () -> own)
			.withPropertyValues("oauth2-state.store=memory", "oauth2-state.tokens.store=" + tokens)
			.run((context) -> assertThat(context).getBean(OAuth2AuthorizedClientService.class).isSameAs(own));
		assertThat(output).contains(
				"The property oauth2-state.tokens.store has no effect: the app's own OAuth2AuthorizedClientService [ownService]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc", "jdbc-plain" })
	void appIsNotWarnedIfThePropertyHasAnEffect(String tokens, CapturedOutput output) {
		this.appWithBoth.withPropertyValues("oauth2-state.store=memory", "oauth2-state.tokens.store=" + tokens, KEYS)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("has no effect");
	}

	@Test
	void keysAreABeanWhereverTheyAreSet() {
		this.appWithRedis.withPropertyValues(KEYS).run((context) -> {
			Keyring keys = context.getBean(Keyring.TOKEN_KEYS_BEAN, Keyring.class);
			assertThat(keys.open("tokens", "shop", KEY, TestTokens.seal(KEY, new byte[] { 7 })))
				.contains(new byte[] { 7 });
		});
		this.appWithRedis.withPropertyValues("oauth2-state.tokens.keys=").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanProvider(Keyring.class).getIfAvailable()).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void missingKeyStopsTheAppWithTheCommandThatMakesOne(String tokens) {
		assertThat(StartupFailure.analysisOf(this.appWithBoth, "oauth2-state.store=memory",
				"oauth2-state.tokens.store=" + tokens))
			.contains("The keys in the property oauth2-state.tokens.keys cannot be used: no key is configured",
					"openssl rand -base64 32", "oauth2-state.tokens.keys: <id>:<the key>");
	}

	@Test
	void unusableKeyStopsTheAppAndIsNotShown() {
		assertThat(StartupFailure.analysisOf(this.appWithRedis, "oauth2-state.tokens.keys=a:planted"))
			.contains("oauth2-state.tokens.keys cannot be used", "number 1")
			.doesNotContain("planted");
	}

	@ParameterizedTest
	@CsvSource({ "redis,RedisConnectionFactory,spring-boot-starter-data-redis,jdbc",
			"jdbc,DataSource,spring-boot-starter-jdbc,redis", "jdbc-plain,DataSource,spring-boot-starter-jdbc,redis" })
	void missingConnectionStopsTheAppWithTheWaysOut(String tokens, String bean, String starter, String other) {
		String description = "The property oauth2-state.tokens.store is '%s', but the app has no %s bean."
			.formatted(tokens, bean);
		String[] properties = { "oauth2-state.store=memory", "oauth2-state.tokens.store=" + tokens, KEYS };
		assertThat(StartupFailure.analysisOf(this.app, properties)).contains(description, "add " + starter,
				"oauth2-state.tokens.store=" + other);
		FilteredClassLoader without = new FilteredClassLoader("org.springframework.data.redis", "io.lettuce",
				"org.springframework.jdbc", "org.springframework.boot.jdbc", "com.zaxxer.hikari");
		assertThat(StartupFailure.analysisOf(this.app.withClassLoader(without), properties)).contains(description);
	}

	@ParameterizedTest
	@ValueSource(strings = { "59s", "401d", "0s", "-1d" })
	void timeToLiveOutOfRangeIsRefusedWithTheFix(String ttl) {
		assertThat(StartupFailure.analysisOf(this.appWithRedis, "oauth2-state.tokens.store=redis", KEYS,
				"oauth2-state.tokens.ttl=" + ttl))
			.contains("oauth2-state.tokens.ttl", "Use 1m to 400d, for example 30d.");
	}

	@Test
	void unknownStoreIsRefused() {
		assertThat(StartupFailure.analysisOf(this.appWithRedis, "oauth2-state.tokens.store=mongodb"))
			.contains("oauth2-state.tokens.store", "mongodb");
	}

	@Test
	void propertiesDoNotShowTheKeys() {
		assertThat(new TokensProperties(TokensProperties.Store.REDIS, "planted", Duration.ofDays(1)).toString())
			.doesNotContain("planted");
	}

	private static void assertTokensIn(AssertableApplicationContext context, String store) {
		assertThat(context).hasSingleBean(OAuth2AuthorizedClientService.class);
		OAuth2AuthorizedClientService service = context.getBean(OAuth2AuthorizedClientService.class);
		assertThat(service).isInstanceOf(SharedAuthorizedClientService.class);
		save(context, "a1");
		assertThat(TestTokens.values(service.loadAuthorizedClient("app", "alice"))).isEqualTo("a1/r1");
		StateStore kept = context
			.getBean("oauth2State" + (store.equals("redis") ? "Redis" : "Jdbc") + "Store", ConfiguredStore.class)
			.store();
		Optional<byte[]> record = kept.find(StateKey.of("shop", "tokens", "app", "alice"));
		assertThat(record).isPresent();
		assertThat(kept.name()).isEqualTo(store);
		assertThat(context.getBeansOfType(ConfiguredStore.class).values()).extracting(ConfiguredStore::type)
			.contains(StoreType.valueOf(store.toUpperCase(Locale.ROOT)));
	}

	private static void save(AssertableApplicationContext context, String access) {
		OAuth2AuthorizedClient client = TestTokens.client(
				context.getBean(ClientRegistrationRepository.class).findByRegistrationId("app"), "alice", access, "r1");
		context.getBean(OAuth2AuthorizedClientService.class).saveAuthorizedClient(client, TestTokens.user("alice"));
	}

}
