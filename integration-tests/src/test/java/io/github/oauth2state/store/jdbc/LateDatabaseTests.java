package io.github.oauth2state.store.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.backends.TcpProxy;
import io.github.oauth2state.backends.TcpProxy.Mode;
import io.github.oauth2state.backends.TestDatabase;
import io.github.oauth2state.backends.TestMariaDb;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.StartupFailure;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Apps that are started while their database is away.
 */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
@Tag("full")
class LateDatabaseTests {

	private static final StateKey KEY = StateKey.of("app", "test", "late");

	private static final String WARNING = "The database cannot be reached (SQLState ";

	private static final String REACHED = "the store is in use from now on";

	private static final Duration SOON = Duration.ofSeconds(30);

	private final ApplicationContextRunner app = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, OAuth2StateAutoConfiguration.class,
				JdbcStateStoreAutoConfiguration.class, StateStoreAutoConfiguration.class))
		.withPropertyValues("oauth2-state.timeout=5s", "oauth2-state.jdbc.cleanup.interval=1s",
				// Else the app's own pool goes on for 30 seconds
				"spring.datasource.hikari.connection-timeout=1000");

	private final List<TcpProxy> proxies = new ArrayList<>();

	private TcpProxy proxy;

	/**
	 * Apps of other tests in this process may have set another level.
	 */
	@BeforeEach
	void logWhatIsNoWarningToo() {
		((Logger) LoggerFactory.getLogger(LateDatabaseSetup.class)).setLevel(Level.INFO);
	}

	@AfterEach
	void close() {
		this.proxies.forEach(TcpProxy::close);
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "MARIADB", "MYSQL" })
	void storeIsInUseWithItsTableOnceTheDatabaseIsThere(Database database, CapturedOutput output) {
		on(server(database)).withPropertyValues("oauth2-state.jdbc.initialize-schema=always").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).containsOnlyOnce(WARNING)
				.contains("its table are not checked yet", "oauth2-state.on-store-failure");
			StateStore store = context.getBean(StateStore.class);
			assertThat(store).hasToString("jdbc, table oauth2_state on a database that has not been reached yet");
			assertThat(failure(store).getReason()).isEqualTo(Reason.CONNECTION);
			this.proxy.set(Mode.FORWARD);
			awaitOpen(context);
			assertStores(store);
			assertThat(store).hasToString("jdbc, table oauth2_state on " + database);
			Awaitility.await().atMost(SOON).until(() -> output.toString().contains(REACHED));
			assertThat(output).containsOnlyOnce(REACHED)
				.containsOnlyOnce(WARNING)
				.doesNotContain("Cannot remove expired records", "Cannot check the table");
			assertThat(output.toString().lines().filter((line) -> line.contains(" ERROR ")))
				.as("errors, except for those of the servers of other tests")
				.allMatch((line) -> line.contains("ManagedProcess"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.zaxxer.hikari.HikariDataSource", "org.postgresql.ds.PGSimpleDataSource" })
	void anyDataSourceMayBeLate(String type, CapturedOutput output) {
		on(TestPostgres.instance())
			.withPropertyValues("oauth2-state.jdbc.initialize-schema=always", "spring.datasource.type=" + type)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce(WARNING);
				this.proxy.set(Mode.FORWARD);
				awaitOpen(context);
				assertStores(context.getBean(StateStore.class));
			});
	}

	@Test
	void expiredRecordsAreRemovedOnceTheDatabaseIsThere() {
		on(TestPostgres.instance()).withPropertyValues("oauth2-state.jdbc.initialize-schema=always").run((context) -> {
			this.proxy.set(Mode.FORWARD);
			awaitOpen(context);
			context.getBean(StateStore.class).putIfAbsent(KEY, new byte[] { 1 }, Duration.ofMillis(1));
			JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
			Awaitility.await()
				.atMost(SOON)
				.until(() -> jdbc.queryForObject("SELECT count(*) FROM oauth2_state", Long.class) == 0);
		});
	}

	@Test
	void tableThatIsMissingThenIsToldWithTheScript(CapturedOutput output) {
		on(TestPostgres.instance()).run((context) -> {
			assertThat(context).hasNotFailed();
			this.proxy.set(Mode.FORWARD);
			Awaitility.await().atMost(SOON).until(() -> output.toString().contains("start the app again"));
			assertThat(output)
				.contains("The table 'oauth2_state' on PostgreSQL cannot keep records",
						"CREATE TABLE IF NOT EXISTS oauth2_state", "oauth2-state.jdbc.initialize-schema=always")
				.doesNotContain(REACHED);
		});
	}

	@Test
	void tableIsNotCheckedThenIfThatIsNotWanted(CapturedOutput output) {
		on(TestPostgres.instance()).withPropertyValues("oauth2-state.jdbc.validate-schema=false").run((context) -> {
			this.proxy.set(Mode.FORWARD);
			awaitOpen(context);
			Awaitility.await().atMost(SOON).until(() -> output.toString().contains(REACHED));
			assertThat(output).doesNotContain("start the app again");
		});
	}

	@Test
	void optionOfAnotherDatabaseIsToldThen(CapturedOutput output) {
		on(TestMariaDb.instance())
			.withPropertyValues("oauth2-state.jdbc.initialize-schema=always",
					"oauth2-state.jdbc.postgresql.unlogged=true")
			.run((context) -> {
				this.proxy.set(Mode.FORWARD);
				Awaitility.await().atMost(SOON).until(() -> output.toString().contains("start the app again"));
				assertThat(output).contains("oauth2-state.jdbc.postgresql.unlogged", "The database is MariaDB");
				assertThat(failure(context.getBean(StateStore.class)).getReason()).isEqualTo(Reason.CONNECTION);
			});
	}

	/**
	 * To create a table that is there fails on a standby, too.
	 */
	@Test
	void standbyThatBecomesThePrimaryIsUsedThen(CapturedOutput output) {
		TestPostgres postgres = TestPostgres.instance();
		String database = postgres.createDatabase();
		postgres.administer("ALTER DATABASE " + database + " SET default_transaction_read_only TO on");
		this.app
			.withPropertyValues("spring.datasource.url=" + postgres.url(database),
					"spring.datasource.username=" + postgres.username(),
					"spring.datasource.password=" + postgres.password(), "oauth2-state.jdbc.initialize-schema=always")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce("cannot be created or checked at present (SQLState 25006");
				postgres.administer("ALTER DATABASE " + database + " SET default_transaction_read_only TO off");
				postgres.endConnections(database);
				awaitOpen(context);
				assertStores(context.getBean(StateStore.class));
			});
	}

	@Test
	void wrongPasswordStopsTheApp() {
		TestDatabase server = TestPostgres.instance();
		assertThat(StartupFailure.analysisOf(this.app, "spring.datasource.url=" + server.url(server.createDatabase()),
				"spring.datasource.username=nobody", "spring.datasource.password=hidden"))
			.contains("The store 'jdbc' cannot tell which database the DataSource leads to", "FATAL")
			.doesNotContain("hidden");
	}

	@Test
	void urlWithoutADriverStopsTheApp() {
		ApplicationContextRunner withoutDriver = this.app.withBean(DataSource.class,
				() -> new DriverManagerDataSource("jdbc:absent://localhost:1/absent"));
		assertThat(StartupFailure.analysisOf(withoutDriver)).contains("No suitable driver");
	}

	private ApplicationContextRunner on(TestDatabase server) {
		this.proxy = new TcpProxy(server.host(), server.port());
		this.proxies.add(this.proxy);
		this.proxy.set(Mode.REFUSE);
		return this.app.withPropertyValues(
				"spring.datasource.url=" + server.url(server.createDatabase(), this.proxy.host(), this.proxy.port()),
				"spring.datasource.username=" + server.username(), "spring.datasource.password=" + server.password());
	}

	private static TestDatabase server(Database database) {
		return switch (database) {
			case POSTGRESQL -> TestPostgres.instance();
			case MARIADB -> TestMariaDb.instance();
			case MYSQL -> TestMariaDb.asMySql();
			case H2 -> throw new IllegalArgumentException("H2 is never away");
		};
	}

	private static void awaitOpen(ApplicationContext context) {
		Awaitility.await().atMost(SOON).until(() -> context.getBean(ChosenDatabase.class).isOpen());
	}

	private static StateStoreException failure(StateStore store) {
		StateStoreException failure = catchThrowableOfType(StateStoreException.class, () -> store.take(KEY));
		assertThat(failure).isNotNull();
		return failure;
	}

	private static void assertStores(StateStore store) {
		assertThat(store.putIfAbsent(KEY, new byte[] { 1 }, Duration.ofMinutes(1))).isEmpty();
		assertThat(store.take(KEY)).contains(new byte[] { 1 });
	}

}
