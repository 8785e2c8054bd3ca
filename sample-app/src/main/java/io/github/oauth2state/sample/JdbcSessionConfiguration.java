package io.github.oauth2state.sample;

import java.util.List;

import javax.sql.DataSource;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
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

	private static final String SCHEMA = "classpath:org/springframework/session/jdbc/schema-@@platform@@.sql";

	@Bean
	DataSourceScriptDatabaseInitializer sessionSchema(DataSource dataSource) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setSchemaLocations(
				List.copyOf(new PlatformPlaceholderDatabaseDriverResolver().resolveAll(dataSource, SCHEMA)));
		settings.setMode(DatabaseInitializationMode.ALWAYS);
		// The script creates and never drops or alters, and each of its statements is a
		// transaction: one that fails has found what an earlier start created, or what
		// another instance is creating at this moment.
		settings.setContinueOnError(true);
		return new DataSourceScriptDatabaseInitializer(dataSource, settings);
	}

}
