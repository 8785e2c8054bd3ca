package io.github.oauth2state.benchmarks.endtoend;

import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.DataSourceInitializer;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisIndexedHttpSession;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;

/**
 * Where an app keeps its sessions.
 */
enum Sessions {

	/**
	 * In the memory of the instance.
	 */
	MEMORY(null),

	/**
	 * In Redis, through Spring Session.
	 */
	REDIS(InRedis.class),

	/**
	 * In Redis, through Spring Session, with an index by the user's name and events.
	 */
	INDEXED_REDIS(InIndexedRedis.class),

	/**
	 * In Redis, through Spring Session, for a reactive app.
	 */
	REACTIVE_REDIS(InReactiveRedis.class),

	/**
	 * In PostgreSQL, through Spring Session.
	 */
	POSTGRESQL(InPostgresql.class);

	private final @Nullable Class<?> configuration;

	Sessions(@Nullable Class<?> configuration) {
		this.configuration = configuration;
	}

	List<Class<?>> configurations() {
		return (this.configuration != null) ? List.of(this.configuration) : List.of();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisHttpSession
	static class InRedis {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedHttpSession
	static class InIndexedRedis {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableRedisWebSession
	static class InReactiveRedis {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableJdbcHttpSession
	static class InPostgresql {

		@Bean
		DataSourceInitializer sessionTables(DataSource dataSource) {
			DataSourceInitializer initializer = new DataSourceInitializer();
			initializer.setDataSource(dataSource);
			initializer.setDatabasePopulator(new ResourceDatabasePopulator(
					new ClassPathResource("org/springframework/session/jdbc/schema-postgresql.sql")));
			return initializer;
		}

	}

}
