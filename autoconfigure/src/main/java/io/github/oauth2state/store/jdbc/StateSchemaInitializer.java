package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.StreamSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.datasource.init.ScriptException;
import org.springframework.util.Assert;

import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.SqlFailures.DatabaseUnreachableException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * Creates the table under its configured name.
 */
class StateSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private static final Log logger = LogFactory.getLog(StateSchemaInitializer.class);

	private static final int ATTEMPTS = 4;

	private final TableName table;

	private final boolean unlogged;

	private final ChosenDatabase database;

	private final DatabaseInitializationSettings settings;

	StateSchemaInitializer(ChosenDatabase database, TableName table, DatabaseInitializationMode mode,
			boolean unlogged) {
		this(database, table, settings(mode), unlogged);
	}

	private StateSchemaInitializer(ChosenDatabase database, TableName table, DatabaseInitializationSettings settings,
			boolean unlogged) {
		super(database.dataSource(), settings);
		this.database = database;
		this.table = table;
		this.settings = settings;
		this.unlogged = unlogged;
	}

	private static DatabaseInitializationSettings settings(DatabaseInitializationMode mode) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setMode(mode);
		return settings;
	}

	/**
	 * Leaves the table to {@link LateDatabaseSetup} if the database cannot be reached, or
	 * does not accept writes.
	 */
	@Override
	public void afterPropertiesSet() throws Exception {
		if (!this.database.isOpen()) {
			return;
		}
		try {
			super.afterPropertiesSet();
		}
		catch (DatabaseUnreachableException ex) {
			this.database.close();
			logger.warn("The table '" + this.table + "' cannot be created or checked at present (" + ex.reason()
					+ "). The app starts without it. Until it can, logins begin as oauth2-state.on-store-failure says.");
		}
	}

	/**
	 * Creates the table, if that is configured.
	 * @throws DatabaseUnreachableException if the database cannot be reached, or does not
	 * accept writes
	 * @throws StartupFailureException if the table cannot be created
	 */
	@Override
	public boolean initializeDatabase() {
		Database kind = this.database.kind();
		Assert.state(kind != null, "The kind of database is known");
		this.settings.setSchemaLocations(List.of(kind.schemaScript()));
		try {
			return super.initializeDatabase();
		}
		catch (RuntimeException ex) {
			SQLException failure = SqlFailures.in(ex);
			if (failure != null && (SqlFailures.isUnreachable(failure) || SqlFailures.isReadOnly(failure))) {
				throw new DatabaseUnreachableException(failure);
			}
			if (failure != null) {
				throw TableCheck.unusable(this.table, kind, "it could not be created, " + failure.getMessage()
						+ " (SQLState " + failure.getSQLState() + ")", ex);
			}
			throw ex;
		}
	}

	/**
	 * Tries several times. When instances start together, two may find no table and both
	 * create it, and one of them fails in spite of IF NOT EXISTS. It finds the table when
	 * it looks again.
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
