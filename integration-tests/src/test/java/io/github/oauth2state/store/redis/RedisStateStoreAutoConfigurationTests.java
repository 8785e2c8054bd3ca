package io.github.oauth2state.store.redis;

import java.time.Duration;
import java.util.UUID;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.AdditionalAnswers;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RedisStateStoreAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class RedisStateStoreAutoConfigurationTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				RedisStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=" + TestRedis.instance().url(), "oauth2-state.timeout=30s");

	@Test
	void storesInTheRedisOfTheApp() {
		this.app.run((context) -> {
			StateStore store = context.getBean(StateStore.class);
			StateKey key = StateKey.of("app", "test", "autoconfigured");
			store.putIfAbsent(key, new byte[] { 1 }, Duration.ofMinutes(1));
			assertThat(store.take(key)).contains(new byte[] { 1 });
			assertThat(store).hasToString("redis, keys oauth2-state:*");
		});
	}

	@Test
	void connectsBeforeTheFirstLogin() {
		this.app.withPropertyValues("spring.data.redis.client-name=ahead")
			.run((context) -> Awaitility.await()
				.until(() -> TestRedis.instance().commands().clientList().contains("name=ahead")));
	}

	@Test
	void startsWithoutItsServer() {
		this.app.withPropertyValues("spring.data.redis.url=redis://localhost:1")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "a", "my-app:login_1/x.", "0123456789012345678901234567890123456789012345678901234567890123" })
	void keyPrefixGoesBeforeEveryKey(String prefix) {
		this.app.withPropertyValues("oauth2-state.redis.key-prefix=" + prefix).run((context) -> {
			TestRedis.instance().flush();
			StateKey key = StateKey.of("app", "test", "prefixed");
			context.getBean(StateStore.class).putIfAbsent(key, new byte[0], Duration.ofMinutes(1));
			assertThat(TestRedis.instance().commands().keys(prefix + "*")).hasSize(1);
			assertThat(TestRedis.instance().commands().dbsize()).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a*", "a?", "{a}", "[a]", "a b", "a\\nb", "é",
			"01234567890123456789012345678901234567890123456789012345678901234" })
	void badKeyPrefixIsRefusedWithTheFix(String prefix) {
		this.app.withPropertyValues("oauth2-state.redis.key-prefix=" + prefix)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContainingAll("oauth2-state.redis.key-prefix", "Use 1 to 64 letters"));
	}

	@Test
	void backsOffForAStoreOfTheApp() {
		StateStore store = mock(StateStore.class);
		this.app.withBean(StateStore.class, () -> store)
			.run((context) -> assertThat(context).getBean(StateStore.class).isSameAs(store));
	}

	@Test
	void staysOutWhenDisabled() {
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StateStore.class));
	}

	@Test
	void addsNoConnectionFactoryToTheApp() {
		this.app.run((context) -> assertThat(context).hasSingleBean(RedisConnectionFactory.class));
	}

	@Test
	void appThatEndsAtOnceIsNotWarnedOfARedisThatIsAway(CapturedOutput output) {
		this.app.withPropertyValues("oauth2-state.store=redis", "spring.data.redis.url=redis://localhost:1")
			.run((context) -> assertThat(context).hasNotFailed());
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("oauth2-state-redis-first")));
		assertThat(output).doesNotContain("Redis cannot be used at startup");
	}

	@Test
	void tellsThatTheTimeoutIsKeptWithLettuceOnly(CapturedOutput output) {
		this.app.run((context) -> assertThat(output).doesNotContain("is kept with Lettuce only"));
		withOtherClient((context) -> assertThat(output).contains(
				"oauth2-state.timeout (30000 ms) is kept with Lettuce only",
				context.getBean(RedisConnectionFactory.class).getClass().getName(), "spring.data.redis.timeout"));
	}

	@Test
	void usesAConnectionFactoryThatIsNotLettuceAsItIs() {
		withOtherClient((context) -> {
			StateStore store = context.getBean(StateStore.class);
			StateKey key = StateKey.of("app", "test", "other client");
			assertThat(store.putIfAbsent(key, new byte[] { 1 }, Duration.ofMinutes(1))).isEmpty();
			assertThat(store.take(key)).contains(new byte[] { 1 });
			RedisConnectionFactory app = context.getBean(RedisConnectionFactory.class);
			context.close();
			assertThat(app.getConnection().ping()).isEqualTo("PONG");
		});
	}

	@Test
	void rollbackOfATransactionOfTheAppUndoesNothing() {
		this.app.run(RedisStateStoreAutoConfigurationTests::assertNotUndone);
		withOtherClient(RedisStateStoreAutoConfigurationTests::assertNotUndone);
	}

	private static void assertNotUndone(AssertableApplicationContext context) {
		StateStore store = context.getBean(StateStore.class);
		StringRedisTemplate template = new StringRedisTemplate(context.getBean(RedisConnectionFactory.class));
		template.setEnableTransactionSupport(true);
		StateKey key = StateKey.of("app", "test", UUID.randomUUID().toString());
		DriverManagerDataSource database = new DriverManagerDataSource("jdbc:h2:mem:transaction");
		new TransactionTemplate(new DataSourceTransactionManager(database)).executeWithoutResult((status) -> {
			template.opsForValue().set("of the app", "value");
			assertThat(store.putIfAbsent(key, new byte[1], Duration.ofMinutes(1))).isEmpty();
			status.setRollbackOnly();
		});
		assertThat(store.take(key)).isPresent();
	}

	private void withOtherClient(ContextConsumer<AssertableApplicationContext> test) {
		LettuceConnectionFactory real = new LettuceConnectionFactory(TestRedis.instance().host(),
				TestRedis.instance().port());
		real.afterPropertiesSet();
		this.app
			.withBean(RedisConnectionFactory.class,
					() -> mock(RedisConnectionFactory.class, AdditionalAnswers.delegatesTo(real)))
			.run(test);
		real.destroy();
	}

	@Test
	void closesItsConnectionWithTheApp() {
		this.app.run((context) -> {
			StateStore store = context.getBean(StateStore.class);
			context.close();
			assertThatExceptionOfType(StateStoreException.class)
				.isThrownBy(() -> store.find(StateKey.of("app", "test")));
		});
	}

	@Test
	void appStartsWhileRedisIsDown() {
		this.app.withPropertyValues("spring.data.redis.url=redis://localhost:1")
			.run((context) -> assertThat(context).hasSingleBean(RedisStateStore.class));
	}

}
