package io.github.oauth2state.benchmarks.store;

import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration;
import io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration;

/**
 * An app that has a store and nothing else. It removes no expired records, so that nobody
 * does so while something else is measured.
 */
public final class StoreApp implements AutoCloseable {

	/**
	 * The timeout is longer than by default, as the server may be busy with something
	 * else for a moment. It costs the same.
	 */
	private static final List<String> PROPERTIES = List.of("spring.main.banner-mode=off", "logging.level.root=warn",
			"oauth2-state.timeout=10s");

	private final ConfigurableApplicationContext context;

	private StoreApp(Class<?> configuration, List<String> properties) {
		List<String> all = new ArrayList<>(PROPERTIES);
		all.addAll(properties);
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties(all.toArray(String[]::new))
			.run();
	}

	/**
	 * Starts an app with a store in Redis.
	 * @return the app
	 */
	public static StoreApp onRedis() {
		return new StoreApp(OnRedis.class,
				List.of("oauth2-state.store=redis", "spring.data.redis.url=" + TestRedis.instance().url()));
	}

	/**
	 * Starts an app with a store in PostgreSQL.
	 * @param database the database, in which the app creates the table
	 * @return the app
	 */
	public static StoreApp onPostgresql(String database) {
		TestPostgres postgres = TestPostgres.instance();
		return new StoreApp(OnPostgresql.class, List.of("oauth2-state.store=jdbc",
				"oauth2-state.jdbc.initialize-schema=always", "oauth2-state.jdbc.cleanup.enabled=false",
				"spring.datasource.url=" + postgres.url(database), "spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password(), "spring.datasource.hikari.minimum-idle=0"));
	}

	/**
	 * Returns the store.
	 * @return the store
	 */
	public StateStore store() {
		return this.context.getBean(StateStore.class);
	}

	/**
	 * Returns the context of the app.
	 * @return the context
	 */
	public ApplicationContext context() {
		return this.context;
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SslAutoConfiguration.class, DataRedisAutoConfiguration.class,
			OAuth2StateAutoConfiguration.class, RedisStateStoreAutoConfiguration.class })
	static class OnRedis {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
			JdbcStateStoreAutoConfiguration.class })
	static class OnPostgresql {

	}

}
