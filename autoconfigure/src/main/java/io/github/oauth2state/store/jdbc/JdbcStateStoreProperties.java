package io.github.oauth2state.store.jdbc;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the JDBC store.
 *
 * @param tableName table that keeps the records, with its schema if it needs one:
 * letters, digits and '_', at most 63 each
 * @param initializeSchema when to create the table at startup
 * @param cleanup removal of expired records
 */
@ConfigurationProperties("oauth2-state.jdbc")
record JdbcStateStoreProperties(@DefaultValue("oauth2_state") String tableName,
		@DefaultValue("embedded") DatabaseInitializationMode initializeSchema, @DefaultValue Cleanup cleanup) {

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
	 */
	record Cleanup(@DefaultValue("true") boolean enabled, @DefaultValue("1m") Duration interval,
			@DefaultValue("1000") int batchSize) {

		Duration checkedInterval() {
			return PropertyCheck.of("oauth2-state.jdbc.cleanup.interval", this.interval)
				.between(Duration.ofSeconds(1), Duration.ofDays(1), "Use 1s to 1d, for example 1m.");
		}

		int checkedBatchSize() {
			return PropertyCheck.of("oauth2-state.jdbc.cleanup.batch-size", this.batchSize)
				.between(1, 1000, "Use 1 to 1000.");
		}

	}

}
