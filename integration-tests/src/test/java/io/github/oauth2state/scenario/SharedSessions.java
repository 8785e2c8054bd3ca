package io.github.oauth2state.scenario;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.DataSourceInitializer;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.session.ReactiveMapSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.config.annotation.web.server.EnableSpringWebSession;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisHttpSession;
import org.springframework.session.data.redis.config.annotation.web.http.EnableRedisIndexedHttpSession;
import org.springframework.session.data.redis.config.annotation.web.server.EnableRedisWebSession;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.backends.TestRedis;

/**
 * Sessions that instances share through Spring Session.
 */
public final class SharedSessions {

	private SharedSessions() {
	}

	/**
	 * Returns the properties of an app with a database of its own for sessions.
	 */
	public static List<String> inPostgres() {
		TestPostgres postgres = TestPostgres.instance();
		return List.of("spring.datasource.url=" + postgres.url(postgres.createDatabase()),
				"spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password());
	}

	public static List<String> inRedis() {
		return List.of("spring.data.redis.url=" + TestRedis.instance().url());
	}

	/**
	 * In a reactive app they are in the memory that the instances have in common: Spring
	 * Session has no reactive sessions in a database.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import({ InPostgres.OfServletApp.class, InPostgres.OfReactiveApp.class })
	public static class InPostgres {

		@InServletApp
		@Configuration(proxyBeanMethods = false)
		@EnableJdbcHttpSession
		static class OfServletApp {

			@Bean
			DataSourceInitializer sessionTables(DataSource dataSource) {
				ResourceDatabasePopulator script = new ResourceDatabasePopulator(
						new ClassPathResource("org/springframework/session/jdbc/schema-postgresql.sql"));
				// The second instance finds them
				script.setContinueOnError(true);
				DataSourceInitializer initializer = new DataSourceInitializer();
				initializer.setDataSource(dataSource);
				initializer.setDatabasePopulator(script);
				return initializer;
			}

		}

		@InReactiveApp
		@Configuration(proxyBeanMethods = false)
		@EnableSpringWebSession
		static class OfReactiveApp {

			private static final Map<String, Session> sessions = new ConcurrentHashMap<>();

			@Bean
			ReactiveMapSessionRepository sessionRepository() {
				return new ReactiveMapSessionRepository(sessions);
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ InRedis.OfServletApp.class, InRedis.OfReactiveApp.class })
	public static class InRedis {

		@InServletApp
		@Configuration(proxyBeanMethods = false)
		@EnableRedisHttpSession
		static class OfServletApp {

		}

		@InReactiveApp
		@Configuration(proxyBeanMethods = false)
		@EnableRedisWebSession
		static class OfReactiveApp {

		}

	}

	/**
	 * With an index by the user's name, and events.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableRedisIndexedHttpSession
	public static class InIndexedRedis {

	}

}
