package io.github.oauth2state.sample;

import javax.sql.DataSource;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.jdbc.config.annotation.web.http.EnableJdbcHttpSession;

/**
 * Keeps sessions in the database, so that a user signed in by one instance is known to
 * all.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "sample.session-store", havingValue = "jdbc")
@EnableJdbcHttpSession
class JdbcSessionConfiguration {

	@Bean
	DataSourceScriptDatabaseInitializer sessionSchema(DataSource dataSource) {
		return SessionSchema.initializer(dataSource);
	}

}
