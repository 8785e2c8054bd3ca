package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link TableCheck}.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class TableCheckTests {

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable closeable : this.opened) {
			closeable.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void leavesNothingInAGoodTable(Database database, CapturedOutput output) {
		HikariDataSource app = app(database);
		check(app, database).afterPropertiesSet();
		assertThat(new JdbcTemplate(app).queryForObject("SELECT count(*) FROM oauth2_state", Long.class)).isZero();
		assertThat(output).doesNotContain("Cannot check");
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void refusesToStartWithoutATable(Database database) {
		HikariDataSource app = app(database);
		new JdbcTemplate(app).execute("DROP TABLE oauth2_state");
		StartupFailureException failure = failure(app, database);
		assertThat(failure).hasMessageStartingWith("The table 'oauth2_state' on " + database + " cannot keep records: ")
			.message()
			.containsIgnoringCase("oauth2_state");
		assertThat(failure.getDescription()).startsWith(failure.getMessage());
		assertThat(failure.getAction()).contains("CREATE TABLE IF NOT EXISTS oauth2_state",
				"oauth2-state.jdbc.initialize-schema=always", "oauth2-state.jdbc.validate-schema=false");
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void tellsWhereItLookedForATableThatIsInAnotherSchema(Database database) {
		HikariDataSource app = app(database);
		new JdbcTemplate(app).execute("DROP TABLE oauth2_state");
		StartupFailureException failure = failure(app, database);
		assertThat(failure.getDescription()).contains("search path");
		assertThat(failure.getAction()).contains("oauth2-state.jdbc.table-name=<schema>.oauth2_state");
	}

	@Test
	void tellsNothingOfTheSearchPathForATableNamedWithItsSchema() {
		StartupFailureException failure = TableCheck.unusable(TableName.of("auth.logins"), Database.POSTGRESQL,
				"reason", null);
		assertThat(failure.getDescription()).doesNotContain("search path");
		assertThat(failure.getAction()).doesNotContain("<schema>");
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void refusesATableThatLacksAColumn(Database database) {
		HikariDataSource app = app(database);
		new JdbcTemplate(app).execute("DROP INDEX oauth2_state_expires_at"
				+ ((database == Database.MARIADB || database == Database.MYSQL) ? " ON oauth2_state" : ""));
		new JdbcTemplate(app).execute("ALTER TABLE oauth2_state DROP COLUMN expires_at");
		assertThat(failure(app, database)).message().containsIgnoringCase("expires_at");
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void refusesATableWithoutAPrimaryKey(Database database) {
		HikariDataSource app = app(database);
		new JdbcTemplate(app)
			.execute((database == Database.POSTGRESQL) ? "ALTER TABLE oauth2_state DROP CONSTRAINT oauth2_state_pkey"
					: "ALTER TABLE oauth2_state DROP PRIMARY KEY");
		if (database == Database.H2) {
			// Its statement looks for the record by itself
			assertThatCode(() -> check(app, database).afterPropertiesSet()).doesNotThrowAnyException();
		}
		else {
			assertThat(failure(app, database)).message().containsAnyOf("primary key", "unique");
		}
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void refusesATableWhoseValuesAreTooShort(Database database) {
		HikariDataSource app = app(database);
		String change = switch (database) {
			case POSTGRESQL -> "ALTER TABLE oauth2_state ADD CHECK (length(record_value) < 256)";
			case H2 -> "ALTER TABLE oauth2_state ALTER COLUMN record_value VARBINARY(255)";
			case MARIADB, MYSQL -> "ALTER TABLE oauth2_state MODIFY record_value VARBINARY(255)";
		};
		new JdbcTemplate(app).execute(change);
		assertThat(failure(app, database)).message().containsIgnoringCase("value");
	}

	@Test
	void refusesATableThatTheUserMayNotDeleteFrom() {
		HikariDataSource app = app(Database.POSTGRESQL);
		new JdbcTemplate(app).execute("CREATE ROLE visitor");
		new JdbcTemplate(app).execute("GRANT SELECT, INSERT, UPDATE ON oauth2_state TO visitor");
		app.close();
		HikariDataSource visitors = TestStores.pool(TestPostgres.instance(), app.getJdbcUrl());
		visitors.setConnectionInitSql("SET ROLE visitor");
		this.opened.add(visitors);
		assertThat(failure(visitors, Database.POSTGRESQL)).hasMessageContaining("permission denied");
	}

	@Test
	void startsOnADatabaseThatTakesNoWritesAtPresent(CapturedOutput output) {
		HikariDataSource app = app(Database.POSTGRESQL);
		app.close();
		HikariDataSource standby = TestStores.pool(TestPostgres.instance(), app.getJdbcUrl());
		standby.setConnectionInitSql("SET default_transaction_read_only TO on");
		this.opened.add(standby);
		check(standby, Database.POSTGRESQL).afterPropertiesSet();
		assertThat(output).contains("Cannot check the table 'oauth2_state' on PostgreSQL", "SQLState 25006");
	}

	@Test
	void startsOnADatabaseThatIsAway(CapturedOutput output) {
		HikariDataSource app = app(Database.POSTGRESQL);
		TestPostgres.instance().administer("ALTER DATABASE " + name(app) + " ALLOW_CONNECTIONS false");
		TestPostgres.instance().endConnections(name(app));
		check(app, Database.POSTGRESQL).afterPropertiesSet();
		assertThat(output).contains("Cannot check the table 'oauth2_state' on PostgreSQL");
	}

	private static String name(HikariDataSource app) {
		return app.getJdbcUrl().substring(app.getJdbcUrl().lastIndexOf('/') + 1);
	}

	private StartupFailureException failure(HikariDataSource app, Database database) {
		StartupFailureException failure = catchThrowableOfType(StartupFailureException.class,
				() -> check(app, database).afterPropertiesSet());
		assertThat(failure).isNotNull();
		return failure;
	}

	private TableCheck check(HikariDataSource app, Database database) {
		JdbcStateStore store = TestStores.onTable(app, database, Duration.ofSeconds(2));
		this.opened.add(0, store::destroy);
		return new TableCheck(store, ChosenDatabase.of(app, database), TableName.DEFAULT);
	}

	private HikariDataSource app(Database database) {
		HikariDataSource app = TestStores.app(database);
		TestStores.createTable(app, TableName.DEFAULT);
		this.opened.add(app);
		return app;
	}

}
