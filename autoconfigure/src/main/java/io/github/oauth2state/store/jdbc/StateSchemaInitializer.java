package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;

import javax.sql.DataSource;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.datasource.init.ScriptException;

/**
 * Creates the table under its configured name.
 */
class StateSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private static final int ATTEMPTS = 4;

	private final TableName table;

	private final boolean unlogged;

	StateSchemaInitializer(DataSource dataSource, Database database, TableName table, DatabaseInitializationMode mode,
			boolean unlogged) {
		super(dataSource, settings(database, mode));
		this.table = table;
		this.unlogged = unlogged;
	}

	private static DatabaseInitializationSettings settings(Database database, DatabaseInitializationMode mode) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setSchemaLocations(List.of(database.schemaScript()));
		settings.setMode(mode);
		return settings;
	}

	/**
	 * When instances start together, two may find no table and both create it, and one of
	 * them fails, in spite of IF NOT EXISTS. It will find the table when it looks again.
	 */
	@Override
	protected void runScripts(Scripts scripts) {
		Scripts adapted = new Scripts(StreamSupport.stream(scripts.spliterator(), false).map(this::adapt).toList());
		for (int attempt = 1; true; attempt++) {
			try {
				super.runScripts(adapted);
				return;
			}
			catch (ScriptException ex) {
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private Resource adapt(Resource script) {
		try {
			String sql = this.table.applyTo(script.getContentAsString(StandardCharsets.UTF_8));
			if (this.unlogged) {
				sql = sql.replace("CREATE TABLE", "CREATE UNLOGGED TABLE");
			}
			return new ByteArrayResource(sql.getBytes(StandardCharsets.UTF_8), script.getDescription());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
