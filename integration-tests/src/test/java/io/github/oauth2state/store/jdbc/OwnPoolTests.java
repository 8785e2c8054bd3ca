package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.util.Credentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.backends.TestPostgres;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link OwnPool}.
 */
@Tag("full")
class OwnPoolTests {

	private final HikariDataSource app = TestStores.h2();

	@AfterEach
	void close() {
		this.app.close();
	}

	@Test
	void isSmallAndKeepsToTheTimeout() {
		this.app.setMaximumPoolSize(50);
		this.app.setMinimumIdle(50);
		this.app.setAutoCommit(false);
		this.app.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
		this.app.setReadOnly(true);
		this.app.setRegisterMbeans(true);
		try (HikariDataSource own = derive(this.app, Database.H2, Duration.ofSeconds(3))) {
			assertThat(own.getMaximumPoolSize()).isEqualTo(4);
			assertThat(own.getMinimumIdle()).isZero();
			assertThat(own.getConnectionTimeout()).isEqualTo(3000);
			assertThat(own.isAutoCommit()).isTrue();
			assertThat(own.getTransactionIsolation()).isEqualTo("TRANSACTION_READ_COMMITTED");
			assertThat(own.isReadOnly()).isFalse();
			assertThat(own.isRegisterMbeans()).isFalse();
			assertThat(own.getPoolName()).isEqualTo("oauth2-state");
		}
	}

	@Test
	void shortTimeoutBecomesTheLeastThatHikariAccepts() {
		try (HikariDataSource own = derive(this.app, Database.H2, Duration.ofMillis(10))) {
			assertThat(own.getConnectionTimeout()).isEqualTo(250);
		}
	}

	@Test
	void takesOverHowToConnect() {
		this.app.setUsername("user");
		this.app.setPassword("password");
		this.app.setConnectionInitSql("SELECT 1");
		this.app.setSchema("PUBLIC");
		try (HikariDataSource own = derive(this.app, Database.H2, Duration.ofSeconds(3))) {
			assertThat(own.getJdbcUrl()).isEqualTo(this.app.getJdbcUrl());
			assertThat(own.getUsername()).isEqualTo("user");
			assertThat(own.getPassword()).isEqualTo("password");
			assertThat(own.getConnectionInitSql()).isEqualTo("SELECT 1");
			assertThat(own.getSchema()).isEqualTo("PUBLIC");
		}
	}

	@Test
	void leavesTheLoginTimeoutOfTheJvmAsItIs() {
		int before = DriverManager.getLoginTimeout();
		DriverManager.setLoginTimeout(17);
		try (HikariDataSource own = derive(this.app, Database.H2, Duration.ofSeconds(3))) {
			assertThat(own.isRunning()).isTrue();
			assertThat(DriverManager.getLoginTimeout()).isEqualTo(17);
		}
		finally {
			DriverManager.setLoginTimeout(before);
		}
	}

	@Test
	void reportsNoMetrics() {
		this.app.setMetricsTrackerFactory(mock(MetricsTrackerFactory.class));
		try (HikariDataSource own = derive(this.app, Database.H2, Duration.ofSeconds(3))) {
			assertThat(own.getMetricsTrackerFactory()).isNull();
		}
	}

	@Test
	void leavesThePoolOfTheAppAsItIs() {
		Properties properties = new Properties();
		properties.put("CACHE_SIZE", "1000");
		this.app.setDataSourceProperties(properties);
		String url = this.app.getJdbcUrl();
		int size = this.app.getMaximumPoolSize();
		derive(this.app, Database.POSTGRESQL, Duration.ofSeconds(3)).close();
		assertThat(this.app.getDataSourceProperties()).isEqualTo(properties);
		assertThat(this.app.getJdbcUrl()).isEqualTo(url);
		assertThat(this.app.getMaximumPoolSize()).isEqualTo(size);
		assertThat(this.app.isClosed()).isFalse();
	}

	@Test
	void tellsPostgresToCancelInTimeAndToKeepDataToItself() {
		String options = "cancelSignalTimeout=3&logServerErrorDetail=false";
		assertThat(Database.POSTGRESQL.boundedUrl("jdbc:postgresql://host/db", Duration.ofMillis(2001)))
			.isEqualTo("jdbc:postgresql://host/db?" + options);
		assertThat(Database.POSTGRESQL.boundedUrl("jdbc:postgresql://host/db?ssl=true", Duration.ofSeconds(3)))
			.isEqualTo("jdbc:postgresql://host/db?ssl=true&" + options);
	}

	/**
	 * A pooler that gives connections to a transaction at a time lends the sessions of
	 * the store to the app. Here, both have the same session.
	 */
	@Test
	void leavesSessionsThatAPoolerLendsToTheAppAsTheyAre() {
		TestPostgres server = TestPostgres.instance();
		String database = server.createDatabase();
		server.administer("ALTER DATABASE " + database + " SET default_transaction_isolation TO serializable");
		SingleConnectionDataSource pooler = new SingleConnectionDataSource(server.url(database), server.username(),
				server.password(), true);
		TestStores.createTable(pooler, TableName.DEFAULT);
		HikariDataSource app = new HikariDataSource();
		app.setDataSource(pooler);
		app.setMaximumPoolSize(1);
		List<String> before = settings(pooler);
		JdbcStateStore store = TestStores.onTable(app, Database.POSTGRESQL, Duration.ofSeconds(10), true);
		StateKey key = StateKey.of("app", "test", "pooler");
		store.putIfAbsent(key, new byte[1], Duration.ofMinutes(1));
		store.replace(key, new byte[1], new byte[2], Duration.ofMinutes(1));
		assertThat(store.take(key)).contains(new byte[2]);
		store.removeExpired(10);
		assertThat(settings(pooler)).isEqualTo(before);
		store.destroy();
		app.close();
		pooler.destroy();
	}

	private static List<String> settings(DataSource dataSource) {
		return new JdbcTemplate(dataSource).queryForList(
				"SELECT name || '=' || setting FROM pg_settings WHERE context = 'user' ORDER BY name", String.class);
	}

	@Test
	void keepsTheIsolationThatPostgresHasByItself() {
		try (HikariDataSource own = derive(this.app, Database.POSTGRESQL, Duration.ofSeconds(3))) {
			assertThat(own.getTransactionIsolation()).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc:tc:postgresql:18:///db", "jdbc:tc:postgresql:18:///db?TC_DAEMON=true",
			"jdbc:p6spy:postgresql://host/db", "jdbc:otel:postgresql://host/db?ssl=true",
			"jdbc:aws-wrapper:postgresql://host/db", "jdbc-secretsmanager:postgresql://host/db",
			"jdbc:yugabytedb://host/db", "jdbc:h2:mem:db;MODE=PostgreSQL" })
	void leavesUrlsOfOtherDriversAsTheyAre(String url) {
		assertThat(Database.POSTGRESQL.boundedUrl(url, Duration.ofSeconds(3))).isEqualTo(url);
	}

	@Test
	void connectsWithCredentialsThatASubclassOfThePoolMakes() throws SQLException {
		HikariDataSource cloud = new HikariDataSource() {

			@Override
			public Credentials getCredentials() {
				return Credentials.of("iam", "token");
			}

		};
		cloud.setJdbcUrl(this.app.getJdbcUrl());
		try (cloud;
				Connection apps = cloud.getConnection();
				HikariDataSource own = derive(cloud, Database.H2, Duration.ofSeconds(3));
				Connection connection = own.getConnection()) {
			assertThat(apps.getMetaData().getUserName()).isEqualTo("IAM");
			assertThat(connection.getMetaData().getUserName()).isEqualTo("IAM");
		}
	}

	@Test
	void connectsWithThePasswordThatThePoolOfTheAppHasByNow() throws SQLException {
		this.app.setUsername("vault");
		this.app.setPassword("first");
		try (Connection apps = this.app.getConnection();
				HikariDataSource own = derive(this.app, Database.H2, Duration.ofSeconds(3))) {
			own.getConnection().close();
			try (Statement statement = apps.createStatement()) {
				statement.execute("ALTER USER vault SET PASSWORD 'second'");
			}
			this.app.getHikariConfigMXBean().setPassword("second");
			own.getHikariPoolMXBean().softEvictConnections();
			try (Connection connection = own.getConnection()) {
				assertThat(connection.isValid(1)).isTrue();
			}
		}
	}

	@Test
	void connectsWithTheCredentialsOfAPoolThatReplacedTheFirst() throws SQLException {
		this.app.setUsername("first");
		DelegatingDataSource refreshed = new DelegatingDataSource(this.app);
		try (Connection apps = this.app.getConnection();
				HikariDataSource own = derive(refreshed, Database.H2, Duration.ofSeconds(3));
				HikariDataSource replacement = TestStores.h2()) {
			try (Statement statement = apps.createStatement()) {
				statement.execute("CREATE USER replacement PASSWORD 'second'");
			}
			replacement.setUsername("replacement");
			replacement.setPassword("second");
			refreshed.setTargetDataSource(replacement);
			try (Connection connection = own.getConnection()) {
				assertThat(connection.getMetaData().getUserName()).isEqualTo("REPLACEMENT");
			}
		}
	}

	@Test
	void isFoundBehindProxies() {
		DataSource proxy = new LazyConnectionDataSourceProxy(this.app);
		try (HikariDataSource own = derive(proxy, Database.H2, Duration.ofSeconds(3))) {
			assertThat(own.getJdbcUrl()).isEqualTo(this.app.getJdbcUrl());
		}
	}

	@Test
	void isNotToBeHadFromOtherDataSources() {
		assertThat(derive(new DriverManagerDataSource(), Database.H2, Duration.ofSeconds(3))).isNull();
	}

	private static HikariDataSource derive(DataSource app, Database database, Duration timeout) {
		return (HikariDataSource) OwnPool.derive(app, database, timeout);
	}

}
