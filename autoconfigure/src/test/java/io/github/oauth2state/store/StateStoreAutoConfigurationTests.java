package io.github.oauth2state.store;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

import javax.sql.DataSource;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.ICacheManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import io.github.oauth2state.OAuth2StateDataSource;
import io.github.oauth2state.OAuth2StateRedisConnectionFactory;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.hazelcast.HazelcastStateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link StateStoreAutoConfiguration} and for what chooses the store.
 */
class StateStoreAutoConfigurationTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OAuth2StateAutoConfiguration.class, HazelcastStateStoreAutoConfiguration.class,
					JdbcStateStoreAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
					RedisStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class));

	private final ApplicationContextRunner appWithRedis = this.app.withBean(RedisConnectionFactory.class,
			LettuceConnectionFactory::new);

	private final ApplicationContextRunner appWithJdbc = this.app.withBean(DataSource.class,
			StateStoreAutoConfigurationTests::dataSource);

	private final ApplicationContextRunner appWithBoth = this.appWithJdbc.withBean(RedisConnectionFactory.class,
			LettuceConnectionFactory::new);

	@Test
	void onlyConnectionChoosesTheStore() {
		this.appWithRedis.run((context) -> assertStore(context, "redis"));
		this.appWithJdbc.run((context) -> assertStore(context, "jdbc"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc", "memory", "Redis", "JDBC" })
	void propertyChoosesTheStore(String store) {
		this.appWithBoth.withPropertyValues("oauth2-state.store=" + store)
			.run((context) -> assertStore(context, store.toLowerCase(Locale.ROOT)));
	}

	@Test
	void memoryNeedsNoConnection() {
		this.app.withPropertyValues("oauth2-state.store=memory").run((context) -> assertStore(context, "memory"));
	}

	@Test
	void connectionsThatAreNoDefaultCandidatesDoNotCount() {
		this.appWithJdbc
			.withBean("cache", RedisConnectionFactory.class, LettuceConnectionFactory::new,
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertStore(context, "jdbc"));
		this.appWithRedis
			.withBean("reports", DataSource.class, StateStoreAutoConfigurationTests::dataSource,
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> assertStore(context, "redis"));
	}

	@Test
	void connectionsThatAreNoAutowireCandidatesDoNotCount() {
		this.appWithJdbc
			.withBean("cache", RedisConnectionFactory.class, LettuceConnectionFactory::new,
					(definition) -> definition.setAutowireCandidate(false))
			.run((context) -> assertStore(context, "jdbc"));
	}

	@Test
	void qualifiedConnectionChoosesTheStoreAndNeedsNotBeADefaultCandidate() {
		this.appWithRedis.withUserConfiguration(QualifiedDataSource.class)
			.run((context) -> assertStore(context, "jdbc"));
		this.appWithJdbc.withUserConfiguration(QualifiedRedis.class).run((context) -> assertStore(context, "redis"));
		this.app.withUserConfiguration(QualifiedDataSource.class)
			.withBean("redis", RedisConnectionFactory.class, LettuceConnectionFactory::new,
					(definition) -> ((AbstractBeanDefinition) definition)
						.addQualifier(new AutowireCandidateQualifier(OAuth2StateRedisConnectionFactory.class)))
			.run((context) -> assertThat(analysis(context).getDescription()).contains("has both"));
	}

	@Test
	void qualifiedConnectionIsUsedAmongOthers() {
		this.appWithJdbc.withUserConfiguration(QualifiedDataSource.class).run((context) -> {
			assertStore(context, "jdbc");
			assertThat(tables(context.getBean("ours", DataSource.class))).contains("OAUTH2_STATE");
		});
		this.appWithRedis.withUserConfiguration(QualifiedRedis.class).run((context) -> assertStore(context, "redis"));
	}

	@Test
	void hazelcastIsChosenByNameOnly() {
		this.appWithRedis.withBean(HazelcastInstance.class, StateStoreAutoConfigurationTests::hazelcast)
			.run((context) -> assertStore(context, "redis"));
		this.app.withBean(HazelcastInstance.class, StateStoreAutoConfigurationTests::hazelcast)
			.run((context) -> assertThat(analysis(context).getDescription()).contains("has neither"));
		this.appWithBoth.withBean(HazelcastInstance.class, StateStoreAutoConfigurationTests::hazelcast)
			.withPropertyValues("oauth2-state.store=hazelcast")
			.run((context) -> assertStore(context, "hazelcast"));
	}

	private static HazelcastInstance hazelcast() {
		HazelcastInstance instance = mock(HazelcastInstance.class);
		ICacheManager caches = mock(ICacheManager.class);
		given(instance.getCacheManager()).willReturn(caches);
		given(caches.getCache("oauth2-state")).willReturn(mock());
		return instance;
	}

	@Test
	void storeOfTheAppNeedsNoConnection() {
		StateStore store = mock(StateStore.class);
		this.app.withBean(StateStore.class, () -> store)
			.run((context) -> assertThat(context).getBean(StateStore.class).isSameAs(store));
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "jdbc" })
	void sharedStoreIndexesSessionsWhetherItHasLoginsOrTokens(String store) {
		for (String property : List.of("store=" + store, "tokens.store=" + store)) {
			this.appWithBoth.withPropertyValues("oauth2-state.store=memory", "oauth2-state." + property)
				.run((context) -> {
					ConfiguredStore<?> shared = context.getBeansOfType(ConfiguredStore.class)
						.values()
						.stream()
						.filter((configured) -> configured.store().name().equals(store))
						.findFirst()
						.orElseThrow();
					assertThat(sharedIndex(context)).isPresent().isEqualTo(shared.sessionIndex());
				});
		}
	}

	@Test
	void storeInMemoryAndStoreOfTheAppIndexNoSessions() {
		this.app.withPropertyValues("oauth2-state.store=memory")
			.run((context) -> assertThat(sharedIndex(context)).isEmpty());
		this.app.withBean(StateStore.class, () -> mock(StateStore.class))
			.run((context) -> assertThat(sharedIndex(context)).isEmpty());
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(sharedIndex(context)).isEmpty());
	}

	private static Optional<SessionIndex> sharedIndex(AssertableApplicationContext context) {
		StoreType ofLogins = context.getBeanProvider(OAuth2StateSettings.class)
			.stream()
			.map(OAuth2StateSettings::store)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
		return ConfiguredStore.sharedIndex(ofLogins, context.getBeanProvider(StateStore.class),
				context.getBeanProvider(new ParameterizedTypeReference<ConfiguredStore<?>>() {
				}));
	}

	@Test
	void disabledNeedsNoConnection() {
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StateStore.class));
	}

	@Test
	void classesThatTheAppLacksAreNotNeeded() {
		this.appWithJdbc.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "io.lettuce"))
			.run((context) -> assertStore(context, "jdbc"));
		this.appWithRedis
			.withClassLoader(new FilteredClassLoader("org.springframework.jdbc", "org.springframework.boot.jdbc",
					"com.zaxxer.hikari"))
			.run((context) -> assertStore(context, "redis"));
	}

	private static List<String> tables(DataSource dataSource) {
		return new JdbcTemplate(dataSource).queryForList("SELECT table_name FROM information_schema.tables",
				String.class);
	}

	private static DataSource dataSource() {
		return new SimpleDriverDataSource(new org.h2.Driver(), "jdbc:h2:mem:choice;DB_CLOSE_DELAY=-1");
	}

	private static void assertStore(AssertableApplicationContext context, String description) {
		assertThat(context).hasSingleBean(StateStore.class);
		assertThat(context.getBean(StateStore.class).toString()).startsWith(description);
	}

	private static StartupFailureException analysis(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		return StartupFailure.in(context.getStartupFailure(), StartupFailureException.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedDataSource {

		@Bean(defaultCandidate = false)
		@OAuth2StateDataSource
		DataSource ours() {
			return new SimpleDriverDataSource(new org.h2.Driver(), "jdbc:h2:mem:ours;DB_CLOSE_DELAY=-1");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedRedis {

		@Bean(defaultCandidate = false)
		@OAuth2StateRedisConnectionFactory
		RedisConnectionFactory ours() {
			return new LettuceConnectionFactory();
		}

	}

}
