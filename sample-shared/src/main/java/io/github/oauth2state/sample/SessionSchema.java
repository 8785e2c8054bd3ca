package io.github.oauth2state.sample;

import java.util.List;

import javax.sql.DataSource;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;

/**
 * Creates the tables of Spring Session.
 */
final class SessionSchema {

	private static final String SCHEMA = "classpath:org/springframework/session/jdbc/schema-@@platform@@.sql";

	private SessionSchema() {
	}

	static DataSourceScriptDatabaseInitializer initializer(DataSource dataSource) {
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
