package io.github.oauth2state.store.jdbc;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.Properties;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

import io.github.oauth2state.backends.TestPostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link OwnPool}.
 */
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

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "SET application_name TO app", "SET application_name TO app;" })
	void commitsAsynchronouslyIfAsked(String initSql) {
		TestPostgres server = TestPostgres.instance();
		String database = server.createDatabase();
		server.administer("ALTER DATABASE " + database + " SET synchronous_commit TO on");
		HikariDataSource app = TestStores.pool(server, server.url(database));
		app.setConnectionInitSql(initSql);
		DataSource own = OwnPool.derive(app, Database.POSTGRESQL, Duration.ofSeconds(10), true);
		assertThat(setting(own, "synchronous_commit")).isEqualTo("off");
		assertThat(setting(own, "application_name")).isEqualTo((initSql != null) ? "app" : "PostgreSQL JDBC Driver");
		assertThat(setting(app, "synchronous_commit")).isEqualTo("on");
		OwnPool.close(own);
		app.close();
	}

	private static String setting(DataSource dataSource, String name) {
		return new JdbcTemplate(dataSource).queryForObject("SHOW " + name, String.class);
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
		return (HikariDataSource) OwnPool.derive(app, database, timeout, false);
	}

}
