package io.github.oauth2state.store;

import javax.sql.DataSource;

import com.hazelcast.core.HazelcastInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.hazelcast.HazelcastStateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for what an app without a store is told at startup.
 */
class MissingStoreTests {

	private static final String OTHER_WAYS = """
			- or set oauth2-state.store=cookie and oauth2-state.cookie.keys, to need no server
			- or set oauth2-state.store=memory, if the app runs as one instance only
			- or declare a bean of type io.github.oauth2state.StateStore or ReactiveStateStore
			- or set oauth2-state.enabled=false, to run without OAuth2 State""";

	private final ApplicationContextRunner app = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OAuth2StateAutoConfiguration.class, HazelcastStateStoreAutoConfiguration.class,
					JdbcStateStoreAutoConfiguration.class, MemoryStateStoreAutoConfiguration.class,
					RedisStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class));

	private final ApplicationContextRunner appWithRedis = this.app.withBean(RedisConnectionFactory.class,
			LettuceConnectionFactory::new);

	private final ApplicationContextRunner appWithJdbc = this.app.withBean(DataSource.class,
			MissingStoreTests::dataSource);

	@Test
	void severalConnectionsNeedAChoice() {
		this.appWithJdbc.withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new).run((context) -> {
			StartupFailureException analysis = analysis(context);
			assertThat(analysis.getDescription()).isEqualTo(
					"OAuth2 State cannot tell where to keep pending logins: the property oauth2-state.store is not set, "
							+ "and the app has both a RedisConnectionFactory and a DataSource bean.");
			assertThat(analysis.getAction()).isEqualTo(
					"One of these:\n\n- set oauth2-state.store=redis\n- set oauth2-state.store=jdbc\n" + OTHER_WAYS);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "jdbc" })
	void onlyConnectionThatIsNoDefaultCandidateIsToldAsItIs(String store) {
		this.app.withPropertyValues(store.isEmpty() ? "unset=true" : "oauth2-state.store=" + store)
			.withBean("reports", DataSource.class, MissingStoreTests::dataSource,
					(definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false))
			.run((context) -> {
				StartupFailureException analysis = analysis(context);
				assertThat(analysis.getDescription()).contains("'reports'")
					.doesNotContain("no DataSource bean", "nor a DataSource bean");
				assertThat(analysis.getAction()).contains("@OAuth2StateDataSource").endsWith(OTHER_WAYS);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "DataSource", "RedisConnectionFactory" })
	void severalConnectionsOfAKindNeedAQualifier(String type) {
		ApplicationContextRunner two = type.equals("DataSource")
				? this.appWithJdbc.withBean("reports", DataSource.class, MissingStoreTests::dataSource)
				: this.appWithRedis.withBean("reports", RedisConnectionFactory.class, LettuceConnectionFactory::new);
		two.run((context) -> {
			assertThat(context).hasFailed();
			StartupFailureException analysis = StartupFailure.in(context.getStartupFailure(),
					StartupFailureException.class);
			assertThat(analysis.getDescription())
				.startsWith("OAuth2 State cannot tell which of several " + type + " beans to use: ")
				.contains("'reports'");
			assertThat(analysis.getAction()).contains("@OAuth2State" + type, "@Primary");
		});
	}

	@Test
	void noConnectionIsToldWithTheWaysOut() {
		this.app.run((context) -> {
			StartupFailureException analysis = analysis(context);
			assertThat(analysis.getDescription()).isEqualTo(
					"OAuth2 State has nowhere to keep pending logins: the property oauth2-state.store is not set, and "
							+ "the app has neither a RedisConnectionFactory nor a DataSource bean.");
			assertThat(analysis.getAction())
				.contains("spring-boot-starter-data-redis", "spring.data.redis.url", "spring-boot-starter-jdbc",
						"spring.datasource.url")
				.endsWith(OTHER_WAYS);
		});
	}

	@Test
	void chosenStoreWithoutItsConnectionIsToldWithTheWaysOut() {
		this.appWithJdbc.withPropertyValues("oauth2-state.store=redis").run((context) -> {
			StartupFailureException analysis = analysis(context);
			assertThat(analysis.getDescription()).isEqualTo(
					"The property oauth2-state.store is 'redis', but the app has no RedisConnectionFactory bean.");
			assertThat(analysis.getAction()).contains("spring-boot-starter-data-redis").endsWith(OTHER_WAYS);
		});
		this.appWithRedis.withPropertyValues("oauth2-state.store=jdbc").run((context) -> {
			StartupFailureException analysis = analysis(context);
			assertThat(analysis.getDescription())
				.isEqualTo("The property oauth2-state.store is 'jdbc', but the app has no DataSource bean.");
			assertThat(analysis.getAction()).contains("spring-boot-starter-jdbc").endsWith(OTHER_WAYS);
		});
	}

	@Test
	void hazelcastWithoutWhatItNeedsIsToldWithTheWaysOut() {
		ApplicationContextRunner chosen = this.appWithJdbc.withPropertyValues("oauth2-state.store=hazelcast");
		chosen.run((context) -> {
			StartupFailureException analysis = analysis(context);
			assertThat(analysis.getDescription()).isEqualTo(
					"The property oauth2-state.store is 'hazelcast', but the app has no HazelcastInstance bean.");
			assertThat(analysis.getAction())
				.contains("spring-boot-starter-hazelcast", "javax.cache:cache-api", "hazelcast.yaml")
				.endsWith(OTHER_WAYS);
		});
		chosen.withClassLoader(new FilteredClassLoader("com.hazelcast", "javax.cache"))
			.run((context) -> assertThat(analysis(context).getDescription()).contains("no HazelcastInstance bean"));
		chosen.withBean(HazelcastInstance.class, () -> mock(HazelcastInstance.class))
			.withClassLoader(new FilteredClassLoader("javax.cache"))
			.run((context) -> assertThat(analysis(context).getDescription()).isEqualTo(
					"The property oauth2-state.store is 'hazelcast', but the app has no class javax.cache.Cache."));
		chosen
			.withBean("cache", HazelcastInstance.class, () -> mock(HazelcastInstance.class),
					(definition) -> definition.setAutowireCandidate(false))
			.run((context) -> {
				assertThat(analysis(context).getDescription()).contains("cannot be injected", "'cache'");
				assertThat(analysis(context).getAction())
					.contains("- make the HazelcastInstance bean to use an autowire candidate");
			});
	}

	@Test
	void unknownStoreIsRefused() {
		this.app.withPropertyValues("oauth2-state.store=mongodb")
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("oauth2-state.store"));
	}

	@Test
	void hazelcastIsAWayOutWhereTheAppHasIt() {
		String way = "- or set oauth2-state.store=hazelcast, to use the Hazelcast cluster of the app\n";
		ApplicationContextRunner withoutStore = this.app.withBean(HazelcastInstance.class,
				() -> mock(HazelcastInstance.class));
		withoutStore.run((context) -> {
			assertThat(analysis(context).getDescription()).contains("has neither");
			assertThat(analysis(context).getAction()).endsWith(way + OTHER_WAYS);
		});
		withoutStore.withBean(DataSource.class, MissingStoreTests::dataSource)
			.withBean(RedisConnectionFactory.class, LettuceConnectionFactory::new)
			.run((context) -> assertThat(analysis(context).getAction()).endsWith(way + OTHER_WAYS));
	}

	private static DataSource dataSource() {
		return new SimpleDriverDataSource(new org.h2.Driver(), "jdbc:h2:mem:missing;DB_CLOSE_DELAY=-1");
	}

	private static StartupFailureException analysis(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		return StartupFailure.in(context.getStartupFailure(), StartupFailureException.class);
	}

}
