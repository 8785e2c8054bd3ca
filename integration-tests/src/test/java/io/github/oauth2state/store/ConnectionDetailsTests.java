package io.github.oauth2state.store;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the stores follow connection details, which is how Docker Compose support,
 * {@code @ServiceConnection} and cloud platforms say where servers are. The properties
 * name servers that are not there.
 */
class ConnectionDetailsTests {

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class, DataRedisAutoConfiguration.class,
				DataSourceAutoConfiguration.class, RedisStateStoreAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class))
		.withPropertyValues("oauth2-state.timeout=20s", "spring.data.redis.port=1",
				"spring.datasource.url=jdbc:postgresql://localhost:1/absent");

	@Test
	void redisIsWhereTheDetailsSay() {
		this.app.withPropertyValues("oauth2-state.store=redis")
			.withBean(DataRedisConnectionDetails.class, RedisDetails::new)
			.run(ConnectionDetailsTests::assertWorks);
	}

	@Test
	void databaseIsWhereTheDetailsSay() {
		this.app.withPropertyValues("oauth2-state.store=jdbc", "oauth2-state.jdbc.initialize-schema=always")
			.withBean(JdbcConnectionDetails.class, () -> new DatabaseDetails(TestPostgres.instance().createDatabase()))
			.run(ConnectionDetailsTests::assertWorks);
	}

	private static void assertWorks(AssertableApplicationContext context) {
		StateStore store = context.getBean(StateStore.class);
		StateKey key = StateKey.of("app", "test", "details");
		assertThat(store.putIfAbsent(key, new byte[1], Duration.ofMinutes(1))).isEmpty();
		assertThat(store.take(key)).contains(new byte[1]);
	}

	private static final class RedisDetails implements DataRedisConnectionDetails {

		@Override
		public Standalone getStandalone() {
			return Standalone.of(TestRedis.instance().host(), TestRedis.instance().port());
		}

	}

	private record DatabaseDetails(String database) implements JdbcConnectionDetails {

		@Override
		public String getUsername() {
			return TestPostgres.instance().username();
		}

		@Override
		public String getPassword() {
			return TestPostgres.instance().password();
		}

		@Override
		public String getJdbcUrl() {
			return TestPostgres.instance().url(this.database);
		}

	}

}
