package io.github.oauth2state.actuate;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What health requests cost a real store, as its server counts it.
 */
class ProbeCostTests {

	private static final int REQUESTS = 50;

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, RedisStateStoreAutoConfiguration.class,
				StateStoreAutoConfiguration.class, ActuateAutoConfiguration.class))
		.withPropertyValues("oauth2-state.timeout=20s", "oauth2-state.jdbc.initialize-schema=always",
				"oauth2-state.jdbc.cleanup.enabled=false", "oauth2-state.health.cache=5m");

	private final ApplicationContextRunner uncachedApp = this.app.withPropertyValues("oauth2-state.health.cache=0s");

	private final TestRedis redis = TestRedis.instance();

	private final TestPostgres postgres = TestPostgres.instance();

	@Test
	void probeOfRedisIsTwoCommandsAndNoneWhileItsAnswerIsKept() {
		onRedis(this.app).run((context) -> {
			connect(context);
			assertThat(this.redis.callsDuring(() -> flood(context))).isEqualTo(Map.of("set", 1, "getdel", 1));
			assertThat(this.redis.callsDuring(() -> flood(context))).isEmpty();
		});
		onRedis(this.uncachedApp).run((context) -> {
			connect(context);
			assertThat(this.redis.callsDuring(() -> askUp(context))).isEqualTo(Map.of("set", 1, "getdel", 1));
			assertThat(this.redis.callsDuring(() -> askUp(context))).isEqualTo(Map.of("set", 1, "getdel", 1));
		});
	}

	@Test
	void probeOfPostgresIsTwoStatementsAndNoneWhileItsAnswerIsKept() {
		String database = this.postgres.createDatabase();
		onPostgres(this.app, database).run((context) -> {
			connect(context);
			assertInsertAndDelete(this.postgres.callsDuring(database, () -> flood(context)));
			assertThat(this.postgres.callsDuring(database, () -> flood(context))).isEmpty();
			assertThat(this.postgres.queryNumber(database, "SELECT count(*) FROM oauth2_state")).isZero();
		});
	}

	private ApplicationContextRunner onRedis(ApplicationContextRunner app) {
		return app.withBean(RedisConnectionFactory.class,
				() -> new LettuceConnectionFactory(this.redis.host(), this.redis.port()));
	}

	private ApplicationContextRunner onPostgres(ApplicationContextRunner app, String database) {
		return app.withBean(DataSource.class, () -> {
			HikariDataSource dataSource = new HikariDataSource();
			dataSource.setJdbcUrl(this.postgres.url(database));
			dataSource.setUsername(this.postgres.username());
			dataSource.setPassword(this.postgres.password());
			// Connections made in the background would be counted
			dataSource.setMinimumIdle(0);
			return dataSource;
		});
	}

	/**
	 * What a client sends when it connects is none of the probe's.
	 */
	private static void connect(ApplicationContext context) {
		context.getBean(StateStore.class).find(StateKey.of("test", "connect"));
	}

	private static void flood(ApplicationContext context) {
		Set<Status> statuses = IntStream.range(0, REQUESTS)
			.parallel()
			.mapToObj((i) -> health(context).getStatus())
			.collect(Collectors.toSet());
		assertThat(statuses).containsExactly(Status.UP);
	}

	private static void askUp(ApplicationContext context) {
		assertThat(health(context).getStatus()).isEqualTo(Status.UP);
	}

	private static Health health(ApplicationContext context) {
		return context.getBean(StoreHealthIndicator.class).health();
	}

	private static void assertInsertAndDelete(Map<String, Integer> calls) {
		assertThat(calls).hasSize(2).allSatisfy((sql, count) -> {
			assertThat(sql).matches("(?s)(INSERT|DELETE) .*");
			assertThat(count).isOne();
		});
	}

}
