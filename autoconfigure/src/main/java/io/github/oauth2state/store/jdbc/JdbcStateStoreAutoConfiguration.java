package io.github.oauth2state.store.jdbc;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;

import io.github.oauth2state.CleanupListener;
import io.github.oauth2state.OAuth2StateDataSource;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.store.ConditionalOnStore;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.jdbc.SqlFailures.DatabaseUnreachableException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * Auto-configuration of the JDBC store, its table and its cleanup. It needs what Spring
 * Boot configures from {@code spring.datasource}, or a {@link DataSource} of the app's
 * own.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = { "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
@ConditionalOnOAuth2State
@ConditionalOnClass(DataSourceScriptDatabaseInitializer.class)
@Conditional(JdbcStateStoreAutoConfiguration.Needed.class)
@ImportRuntimeHints(Database.Hints.class)
@EnableConfigurationProperties(JdbcStateStoreProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
public final class JdbcStateStoreAutoConfiguration {

	private static final Log logger = LogFactory.getLog(JdbcStateStoreAutoConfiguration.class);

	@Bean
	ChosenDatabase oauth2StateDatabase(@OAuth2StateDataSource ObjectProvider<DataSource> qualified,
			ObjectProvider<DataSource> unqualified, JdbcStateStoreProperties properties) {
		ChosenDatabase database = new ChosenDatabase(
				ConfiguredStore.chooseConnection(StoreType.JDBC, qualified, unqualified));
		try {
			properties.postgresql().checkFor(database.find());
			database.open();
		}
		catch (DatabaseUnreachableException ex) {
			logger.warn("The database cannot be reached (" + ex.reason() + "). The app starts without it, and its "
					+ "kind and its table are not checked yet. Until it is reached, logins begin as "
					+ "oauth2-state.on-store-failure says, and expired records stay.");
		}
		return database;
	}

	@Bean
	StateSchemaInitializer oauth2StateSchemaInitializer(ChosenDatabase database, JdbcStateStoreProperties properties) {
		return new StateSchemaInitializer(database, properties.checkedTableName(), properties.initializeSchema(),
				properties.postgresql().unlogged());
	}

	@Bean
	@DependsOnDatabaseInitialization
	ConfiguredStore<JdbcStateStore> oauth2StateJdbcStore(ChosenDatabase database, OAuth2StateSettings settings,
			JdbcStateStoreProperties properties) {
		TableName table = properties.checkedTableName();
		return new ConfiguredStore<>(StoreType.JDBC, () -> {
			StateConnections connections = StateConnections.of(database.dataSource(), database.kind(),
					settings.timeout());
			return new JdbcStateStore(new StateStatements(connections, settings.timeout()), database, table,
					properties.postgresql().asynchronousCommit());
		}, JdbcStateStore::sessionIndex);
	}

	@Bean
	@ConditionalOnStore(StoreType.JDBC)
	@ConditionalOnMissingBean(StateStore.class)
	JdbcStateStore oauth2StateJdbcStateStore(ConfiguredStore<JdbcStateStore> oauth2StateJdbcStore) {
		return oauth2StateJdbcStore.store();
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "oauth2-state.jdbc.validate-schema", matchIfMissing = true)
	TableCheck oauth2StateTableCheck(ConfiguredStore<JdbcStateStore> oauth2StateJdbcStore, ChosenDatabase database,
			JdbcStateStoreProperties properties) {
		return new TableCheck(oauth2StateJdbcStore.store(), database, properties.checkedTableName());
	}

	@Bean
	LateDatabaseSetup oauth2StateLateDatabase(ChosenDatabase database, StateSchemaInitializer schema,
			JdbcStateStoreProperties properties, ObjectProvider<TableCheck> check) {
		return new LateDatabaseSetup(database, schema, properties.postgresql(), check.getIfAvailable());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "oauth2-state.jdbc.cleanup.enabled", matchIfMissing = true)
	ExpiredRecordCleanup oauth2StateExpiredRecordCleanup(ConfiguredStore<JdbcStateStore> oauth2StateJdbcStore,
			JdbcStateStoreProperties properties, ObjectProvider<CleanupListener> listeners) {
		JdbcStateStoreProperties.Cleanup cleanup = properties.cleanup();
		return new ExpiredRecordCleanup(oauth2StateJdbcStore.store(), cleanup.checkedInterval(),
				cleanup.checkedBatchSize(), cleanup.checkedMaxDuration(), listeners.orderedStream().toList());
	}

	/**
	 * Matches where logins or tokens are kept in this store. An app may have a store of
	 * its own for logins.
	 */
	static class Needed extends AnyNestedCondition {

		Needed() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnStore(StoreType.JDBC)
		@ConditionalOnMissingBean(StateStore.class)
		static class ByLogins {

		}

		@ConditionalOnStore(value = StoreType.JDBC, property = ConditionalOnStore.TOKENS)
		static class ByTokens {

		}

	}

}
