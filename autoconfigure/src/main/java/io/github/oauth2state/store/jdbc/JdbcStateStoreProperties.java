package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * Properties of the JDBC store.
 *
 * @param tableName table that keeps the records, with its schema if it needs one:
 * letters, digits and '_', at most 63 each
 * @param initializeSchema when to create the table at startup
 * @param validateSchema whether to check at startup that the table can keep records
 * @param cleanup removal of expired records
 * @param postgresql options that only PostgreSQL has
 */
@ConfigurationProperties("oauth2-state.jdbc")
record JdbcStateStoreProperties(@DefaultValue("oauth2_state") String tableName,
		@DefaultValue("embedded") DatabaseInitializationMode initializeSchema,
		@DefaultValue("true") boolean validateSchema, @DefaultValue Cleanup cleanup,
		@DefaultValue Postgresql postgresql) {

	TableName checkedTableName() {
		return TableName.of(PropertyCheck.of("oauth2-state.jdbc.table-name", this.tableName)
			.must(TableName::isValid,
					"Use a table name, or a schema name, '.' and a table name, each of 1 to 63 letters, digits or '_' "
							+ "and beginning with no digit."));
	}

	/**
	 * Removal of expired records.
	 *
	 * @param enabled whether this instance removes expired records
	 * @param interval time between two removals, from 1s to 1d
	 * @param batchSize how many records one statement removes at most, from 1 to 1000
	 * @param maxDuration how long one removal may go on with further statements, from 1s
	 * to 1h; what is left waits for the next one
	 */
	record Cleanup(@DefaultValue("true") boolean enabled, @DefaultValue("1m") Duration interval,
			@DefaultValue("1000") int batchSize, @DefaultValue("30s") Duration maxDuration) {

		Duration checkedInterval() {
			return PropertyCheck.of("oauth2-state.jdbc.cleanup.interval", this.interval)
				.between(Duration.ofSeconds(1), Duration.ofDays(1), "Use 1s to 1d, for example 1m.");
		}

		int checkedBatchSize() {
			return PropertyCheck.of("oauth2-state.jdbc.cleanup.batch-size", this.batchSize)
				.between(1, 1000, "Use 1 to 1000.");
		}

		Duration checkedMaxDuration() {
			return PropertyCheck.of("oauth2-state.jdbc.cleanup.max-duration", this.maxDuration)
				.between(Duration.ofSeconds(1), Duration.ofHours(1), "Use 1s to 1h, for example 30s.");
		}

	}

	/**
	 * Options that only PostgreSQL has. Both make writes cheaper, and a crash of the
	 * database costly.
	 *
	 * @param unlogged whether a table that the library creates is UNLOGGED; a crash of
	 * the database or a failover empties it
	 * @param asynchronousCommit whether the database acknowledges writes before they are
	 * on its disk; a crash of the database undoes those of the last moments
	 */
	record Postgresql(@DefaultValue("false") boolean unlogged, @DefaultValue("false") boolean asynchronousCommit) {

		void checkFor(Database database) {
			check("oauth2-state.jdbc.postgresql.unlogged", this.unlogged, database);
			check("oauth2-state.jdbc.postgresql.asynchronous-commit", this.asynchronousCommit, database);
		}

		private static void check(String property, boolean value, Database database) {
			PropertyCheck.of(property, value)
				.must((set) -> !set || database == Database.POSTGRESQL,
						"The database is " + database + ": remove the property.");
		}

	}

}
