package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Answers;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link JdbcStateStoreAutoConfiguration}.
 */
@Tag("full")
class JdbcStateStoreAutoConfigurationTests {

	private static final StateKey KEY = StateKey.of("app", "test", "autoconfigured");

	private static final List<String> RECORD_COMMITS = List
		.of("CREATE TABLE commits (id serial, verb text, setting text)", """
				CREATE FUNCTION record_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				INSERT INTO commits (verb, setting) VALUES (TG_OP, current_setting('synchronous_commit'));
				RETURN NULL;
				END $$""", """
				CREATE CONSTRAINT TRIGGER record_commit AFTER INSERT OR UPDATE OR DELETE ON oauth2_state
				DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION record_commit()""");

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@Test
	void storesInTheDatabaseOfTheApp() {
		this.app.run((context) -> {
			assertThat(context.getBean(StateStore.class)).hasToString("jdbc, table oauth2_state on H2");
			assertStores(context.getBean(StateStore.class));
		});
	}

	@Test
	void backsOffForAStoreOfTheApp() {
		StateStore store = mock(StateStore.class);
		this.app.withBean(StateStore.class, () -> store).run((context) -> {
			assertThat(context).getBean(StateStore.class).isSameAs(store);
			assertThat(context).doesNotHaveBean(StateSchemaInitializer.class)
				.doesNotHaveBean(ExpiredRecordCleanup.class);
		});
	}

	@Test
	void staysOutWhenDisabled() {
		this.app.withPropertyValues("oauth2-state.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(StateStore.class)
				.doesNotHaveBean(StateSchemaInitializer.class));
	}

	@Test
	void addsNoDataSourceToTheApp() {
		this.app.run((context) -> assertThat(context).hasSingleBean(DataSource.class));
	}

	@Test
	void usesThePrimaryOfSeveralDataSources() {
		this.app.withBean("other", DataSource.class, () -> mock(DataSource.class))
			.withBean("primary", DataSource.class, TestStores::h2, (definition) -> definition.setPrimary(true))
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	@Test
	void closesItsPoolWithTheApp() {
		this.app.run((context) -> {
			StateStore store = context.getBean(StateStore.class);
			context.close();
			assertThatExceptionOfType(StateStoreException.class).isThrownBy(() -> store.find(KEY));
		});
	}

	@Test
	void comesAfterEveryDatabaseInitializer() {
		this.app.run((context) -> assertThat(
				context.getBeanFactory().getBeanDefinition("oauth2StateJdbcStore").getDependsOn())
			.contains("oauth2StateSchemaInitializer"));
	}

	@Test
	void embeddedDatabaseIsInitializedUnlessToldOtherwise() {
		this.app.run((context) -> assertThat(hasTable(context.getBean(DataSource.class))).isTrue());
		this.app
			.withPropertyValues("oauth2-state.jdbc.initialize-schema=never", "oauth2-state.jdbc.validate-schema=false")
			.run((context) -> assertThat(hasTable(context.getBean(DataSource.class))).isFalse());
	}

	@ParameterizedTest
	@CsvSource({ "embedded,false", "always,true", "never,false" })
	void realDatabaseIsInitializedOnlyAlways(String mode, boolean initialized) {
		postgres()
			.withPropertyValues("oauth2-state.jdbc.initialize-schema=" + mode,
					"oauth2-state.jdbc.validate-schema=" + initialized)
			.run((context) -> {
				assertThat(context.getBean(StateStore.class)).hasToString("jdbc, table oauth2_state on PostgreSQL");
				assertThat(hasTable(context.getBean(DataSource.class))).isEqualTo(initialized);
			});
	}

	@Test
	void missingTableStopsTheAppUnlessToldOtherwise() {
		postgres().run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("relation \"oauth2_state\" does not exist"));
		postgres().run((context) -> assertThat(context.getStartupFailure())
			.hasStackTraceContaining("The table 'oauth2_state' on PostgreSQL cannot keep records"));
		postgres().withPropertyValues("oauth2-state.jdbc.validate-schema=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "false,p", "true,u" })
	void tableOnPostgresIsUnloggedIfAsked(boolean unlogged, String persistence) {
		postgres()
			.withPropertyValues("oauth2-state.jdbc.initialize-schema=always",
					"oauth2-state.jdbc.postgresql.unlogged=" + unlogged)
			.run((context) -> {
				JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
				assertThat(jdbc.queryForObject("SELECT relpersistence FROM pg_class WHERE relname = 'oauth2_state'",
						String.class))
					.isEqualTo(persistence);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "unlogged", "asynchronous-commit" })
	void whatOnlyPostgresHasIsRefusedElsewhere(String option) {
		assertRefused("oauth2-state.jdbc.postgresql." + option, "true", "The database is H2");
	}

	/**
	 * A constraint that is checked when the transaction commits sees what the commit
	 * does.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "com.zaxxer.hikari.HikariDataSource", "org.postgresql.ds.PGSimpleDataSource" })
	void asynchronousCommitIsOfTheStatementAndNotOfTheSession(String type) {
		postgres()
			.withPropertyValues("spring.datasource.type=" + type, "oauth2-state.jdbc.initialize-schema=always",
					"oauth2-state.jdbc.postgresql.asynchronous-commit=true")
			.run((context) -> {
				JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
				RECORD_COMMITS.forEach(jdbc::execute);
				StateStore store = context.getBean(StateStore.class);
				store.putIfAbsent(KEY, new byte[] { 1 }, Duration.ofMinutes(1));
				store.replace(KEY, new byte[] { 1 }, new byte[] { 2 }, Duration.ofMinutes(1));
				store.remove(KEY, new byte[] { 2 });
				store.putIfAbsent(KEY, new byte[] { 3 }, Duration.ofMinutes(1));
				assertThat(store.take(KEY)).contains(new byte[] { 3 });
				assertThat(jdbc.queryForList("SELECT verb || ' ' || setting FROM commits ORDER BY id", String.class))
					.containsExactly("INSERT off", "UPDATE off", "DELETE off", "INSERT off", "DELETE off");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "61m" })
	void badCleanupDurationIsRefusedWithTheFix(String duration) {
		assertRefused("oauth2-state.jdbc.cleanup.max-duration", duration, "Use 1s to 1h");
	}

	@Test
	void unknownInitializationModeIsRefused() {
		this.app.withPropertyValues("oauth2-state.jdbc.initialize-schema=sometimes")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("oauth2-state.jdbc.initialize-schema"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "logins", "_Logins2", "public.logins" })
	void tableMayHaveAnotherName(String name) {
		this.app.withPropertyValues("oauth2-state.jdbc.table-name=" + name)
			.run((context) -> assertStores(context.getBean(StateStore.class)));
		postgres()
			.withPropertyValues("oauth2-state.jdbc.table-name=" + name, "oauth2-state.jdbc.initialize-schema=always")
			.run((context) -> {
				assertThat(context.getBean(StateStore.class)).hasToString("jdbc, table " + name + " on PostgreSQL");
				assertStores(context.getBean(StateStore.class));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "2logins", "a b", "a;b", "a.b.c", ".a", "a.", "a-b", "\\\"a\\\"", "é",
			"a234567890123456789012345678901234567890123456789012345678901234" })
	void badTableNameIsRefusedWithTheFix(String name) {
		assertRefused("oauth2-state.jdbc.table-name", name, "Use a table name, or a schema name");
	}

	@Test
	void cleanupRunsUnlessSwitchedOff() {
		this.app.run((context) -> assertThat(context.getBean(ExpiredRecordCleanup.class).isRunning()).isTrue());
		this.app.withPropertyValues("oauth2-state.jdbc.cleanup.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ExpiredRecordCleanup.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "999ms", "-1m", "86401s" })
	void badCleanupIntervalIsRefusedWithTheFix(String interval) {
		assertRefused("oauth2-state.jdbc.cleanup.interval", interval, "Use 1s to 1d");
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "1001" })
	void badCleanupBatchSizeIsRefusedWithTheFix(String batchSize) {
		assertRefused("oauth2-state.jdbc.cleanup.batch-size", batchSize, "Use 1 to 1000");
	}

	@Test
	void boundsOfThePropertiesAreAllowed() {
		this.app.withPropertyValues("oauth2-state.jdbc.cleanup.interval=1s", "oauth2-state.jdbc.cleanup.batch-size=1")
			.run((context) -> assertThat(context).hasNotFailed());
		this.app
			.withPropertyValues("oauth2-state.jdbc.cleanup.interval=1d", "oauth2-state.jdbc.cleanup.batch-size=1000")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void unknownDatabaseIsRefusedWithTheWaysOut() throws SQLException {
		DataSource oracle = mock(DataSource.class);
		Connection connection = mock(Connection.class, Answers.RETURNS_DEEP_STUBS);
		given(oracle.getConnection()).willReturn(connection);
		given(connection.getMetaData().getDatabaseProductName()).willReturn("Oracle");
		this.app.withBean(DataSource.class, () -> oracle).run((context) -> {
			StartupFailureException analysis = StartupFailure.in(context.getStartupFailure(),
					StartupFailureException.class);
			assertThat(analysis.getDescription()).isEqualTo("The store 'jdbc' does not know the database 'Oracle', "
					+ "but these: PostgreSQL, MariaDB, MySQL, H2.");
			assertThat(analysis.getAction()).contains("oauth2-state.store=redis");
		});
	}

	@Test
	void hsqldbIsRefusedWithAllWaysOut() throws SQLException {
		DataSource hsqldb = mock(DataSource.class);
		Connection connection = mock(Connection.class, Answers.RETURNS_DEEP_STUBS);
		given(hsqldb.getConnection()).willReturn(connection);
		given(connection.getMetaData().getDatabaseProductName()).willReturn("HSQL Database Engine");
		assertUnusable(hsqldb, "'HSQL Database Engine'");
	}

	@Test
	void mockedDataSourceIsToldWithTheWaysOut() throws SQLException {
		assertUnusable(mock(DataSource.class), "no connection");
		DataSource halfMocked = mock(DataSource.class);
		given(halfMocked.getConnection()).willReturn(mock(Connection.class));
		assertUnusable(halfMocked, "NullPointerException");
		assertUnusable(mock(DataSource.class, Answers.RETURNS_DEEP_STUBS), "no name");
	}

	@Test
	void routingDataSourceWithoutADefaultIsToldWithTheWaysOut() {
		AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

			@Override
			protected @Nullable Object determineCurrentLookupKey() {
				return null;
			}

		};
		routing.setTargetDataSources(Map.of("tenant", TestStores.h2()));
		routing.afterPropertiesSet();
		assertUnusable(routing, "Cannot determine target DataSource");
	}

	private void assertUnusable(DataSource dataSource, String reason) {
		this.app.withBean(DataSource.class, () -> dataSource).run((context) -> {
			StartupFailureException analysis = StartupFailure.in(context.getStartupFailure(),
					StartupFailureException.class);
			assertThat(analysis.getDescription()).startsWith("The store 'jdbc' ").contains(reason);
			assertThat(analysis.getAction()).contains("@OAuth2StateDataSource", "oauth2-state.store=redis",
					"oauth2-state.store=cookie", "oauth2-state.cookie.keys", "oauth2-state.store=memory",
					"io.github.oauth2state.StateStore", "oauth2-state.enabled=false");
		});
	}

	@Test
	void worksOnADataSourceThatIsNoHikariPool() {
		this.app.withPropertyValues("spring.datasource.type=org.h2.jdbcx.JdbcDataSource")
			.run((context) -> assertStores(context.getBean(StateStore.class)));
	}

	private ApplicationContextRunner postgres() {
		TestPostgres postgres = TestPostgres.instance();
		return this.app.withPropertyValues("spring.datasource.url=" + postgres.url(postgres.createDatabase()),
				"spring.datasource.username=" + postgres.username(),
				"spring.datasource.password=" + postgres.password(), "oauth2-state.timeout=30s");
	}

	private void assertRefused(String property, String value, String fix) {
		this.app.withPropertyValues(property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContainingAll(property, fix));
	}

	private static void assertStores(StateStore store) {
		assertThat(store.putIfAbsent(KEY, new byte[] { 1 }, Duration.ofMinutes(1))).isEmpty();
		assertThat(store.take(KEY)).contains(new byte[] { 1 });
	}

	private static boolean hasTable(DataSource dataSource) {
		Map<String, Object> row = new JdbcTemplate(dataSource).queryForMap(
				"SELECT count(*) AS n FROM information_schema.tables WHERE lower(table_name) = 'oauth2_state'");
		return ((Number) row.get("n")).intValue() == 1;
	}

}
