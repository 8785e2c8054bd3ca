package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link StateSchemaInitializer}.
 */
@Timeout(120)
@Tag("full")
class StateSchemaInitializerTests {

	private final List<HikariDataSource> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.opened.forEach(HikariDataSource::close);
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void createsTableAndIndex(Database database) throws SQLException {
		DataSource app = app(database);
		TestStores.createTable(app, TableName.DEFAULT);
		assertThat(tables(app)).containsExactly("oauth2_state");
		assertThat(indexes(app, null, "oauth2_state")).contains("oauth2_state_expires_at").hasSize(2);
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void leavesWhatIsThere(Database database) throws SQLException {
		DataSource app = app(database);
		TestStores.createTable(app, TableName.DEFAULT);
		new JdbcTemplate(app).update(
				"INSERT INTO oauth2_state (record_key, record_value, expires_at) " + "VALUES (?, ?, CURRENT_TIMESTAMP)",
				new byte[32], new byte[0]);
		TestStores.createTable(app, TableName.DEFAULT);
		assertThat(new JdbcTemplate(app).queryForObject("SELECT count(*) FROM oauth2_state", Long.class)).isOne();
		assertThat(indexes(app, null, "oauth2_state")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void tableMayHaveAnotherName(Database database) throws SQLException {
		DataSource app = app(database);
		TestStores.createTable(app, TableName.of("Pending_Logins"));
		assertThat(tables(app)).containsExactly("pending_logins");
		assertThat(indexes(app, null, "Pending_Logins")).contains("pending_logins_expires_at").hasSize(2);
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void tableMayStandInAnotherSchema(Database database) throws SQLException {
		DataSource app = app(database);
		String schema = "auth_" + UUID.randomUUID().toString().substring(0, 8);
		new JdbcTemplate(app).execute("CREATE SCHEMA " + schema);
		TestStores.createTable(app, TableName.of(schema + ".logins"));
		assertThat(indexes(app, schema, "logins")).contains("logins_expires_at").hasSize(2);
	}

	@ParameterizedTest
	@EnumSource(Database.class)
	void longTableNamesDoNotLoseTheIndex(Database database) throws SQLException {
		DataSource app = app(database);
		String name = "t".repeat(63);
		TestStores.createTable(app, TableName.of(name));
		assertThat(indexes(app, null, name)).contains("t".repeat(52) + "_expires_at").hasSize(2);
	}

	@Test
	void tableThatTheUserMayNotCreateIsToldWithTheScript() {
		HikariDataSource app = (HikariDataSource) app(Database.POSTGRESQL);
		String role = "guest_" + UUID.randomUUID().toString().substring(0, 8);
		new JdbcTemplate(app).execute("CREATE ROLE " + role);
		HikariDataSource guests = (HikariDataSource) postgres(app.getJdbcUrl());
		guests.setConnectionInitSql("SET ROLE " + role);
		StartupFailureException failure = catchThrowableOfType(StartupFailureException.class,
				() -> TestStores.createTable(guests, TableName.DEFAULT));
		assertThat(failure).isNotNull()
			.hasMessageContaining("it could not be created")
			.hasMessageContaining("permission denied");
		assertThat(failure.getAction()).contains("CREATE TABLE IF NOT EXISTS oauth2_state");
	}

	@Test
	void instancesThatStartTogetherOnAnEmptyDatabaseAllStart() throws Exception {
		int instances = 8;
		for (int round = 0; round < 10; round++) {
			String url = TestPostgres.instance().url(TestPostgres.instance().createDatabase());
			CyclicBarrier together = new CyclicBarrier(instances);
			ExecutorService executor = Executors.newFixedThreadPool(instances);
			List<Future<?>> starts = new ArrayList<>();
			for (DataSource app : IntStream.range(0, instances).mapToObj((i) -> postgres(url)).toList()) {
				app.getConnection().close();
				starts.add(executor.submit(() -> {
					together.await();
					TestStores.createTable(app, TableName.DEFAULT);
					return null;
				}));
			}
			for (Future<?> start : starts) {
				start.get();
			}
			executor.shutdown();
			assertThat(indexes(this.opened.get(0), null, "oauth2_state")).hasSize(2);
			close();
			this.opened.clear();
		}
	}

	private DataSource app(Database database) {
		HikariDataSource app = TestStores.app(database);
		this.opened.add(app);
		return app;
	}

	private DataSource postgres(String url) {
		HikariDataSource app = TestStores.pool(TestPostgres.instance(), url);
		app.setMaximumPoolSize(1);
		this.opened.add(app);
		return app;
	}

	private static List<String> tables(DataSource app) throws SQLException {
		try (Connection connection = app.getConnection();
				ResultSet rows = connection.getMetaData()
					.getTables(connection.getCatalog(), connection.getSchema(), "%", new String[] { "TABLE" })) {
			return column(rows, "TABLE_NAME");
		}
	}

	private static List<String> indexes(DataSource app, String schema, String table) throws SQLException {
		Database database = Database.of(app);
		try (Connection connection = app.getConnection()) {
			DatabaseMetaData metaData = connection.getMetaData();
			try (ResultSet rows = switch (database) {
				case POSTGRESQL -> metaData.getIndexInfo(null, schema, table.toLowerCase(Locale.ROOT), false, false);
				case H2 -> metaData.getIndexInfo(null, (schema != null) ? schema.toUpperCase(Locale.ROOT) : null,
						table.toUpperCase(Locale.ROOT), false, false);
				case MARIADB, MYSQL -> metaData.getIndexInfo((schema != null) ? schema : connection.getCatalog(), null,
						table, false, false);
			}) {
				return column(rows, "INDEX_NAME");
			}
		}
	}

	private static List<String> column(ResultSet rows, String name) throws SQLException {
		List<String> values = new ArrayList<>();
		while (rows.next()) {
			values.add(rows.getString(name).toLowerCase(Locale.ROOT));
		}
		return values;
	}

}
