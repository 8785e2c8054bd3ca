package io.github.oauth2state.store.jdbc;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.Objects;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * Derives a small connection pool from the app's HikariCP pool. Loaded only where
 * HikariCP is on the class path.
 */
final class OwnPool {

	/**
	 * Statements take about a millisecond, so a few connections serve many logins.
	 */
	private static final int MAX_CONNECTIONS = 4;

	/**
	 * HikariCP does not accept less.
	 */
	private static final long MIN_CONNECTION_TIMEOUT = 250;

	/**
	 * Has HikariCP ask a subclass for each of the two, as it did before version 6.
	 */
	private static final String LEGACY_CREDENTIALS = "com.zaxxer.hikari.legacy.supportUserPassDataSourceOverride";

	private OwnPool() {
	}

	static @Nullable DataSource derive(DataSource app, @Nullable Database database, Duration timeout) {
		HikariDataSource pool = pool(app);
		if (pool == null) {
			return null;
		}
		HikariConfig config = configuration(pool, database, timeout);
		config.setCredentialsProvider(() -> credentials(Objects.requireNonNullElse(pool(app), pool)));
		return start(config);
	}

	private static @Nullable HikariDataSource pool(DataSource app) {
		return DataSourceUnwrapper.unwrap(app, HikariConfigMXBean.class, HikariDataSource.class);
	}

	/**
	 * Returns the credentials that the app's pool would use now. Passwords may change
	 * while the app runs, and tokens of cloud providers live for minutes.
	 */
	private static Credentials credentials(HikariDataSource pool) {
		HikariCredentialsProvider provider = pool.getCredentialsProvider();
		if (provider != null) {
			return provider.getCredentials();
		}
		return Boolean.getBoolean(LEGACY_CREDENTIALS) ? Credentials.of(pool.getUsername(), pool.getPassword())
				: pool.getCredentials();
	}

	/**
	 * Starts the pool and restores the timeout of the {@code DriverManager}, which
	 * HikariCP sets for every connection that the app opens from then on.
	 */
	private static HikariDataSource start(HikariConfig config) {
		int loginTimeout = DriverManager.getLoginTimeout();
		try {
			return new HikariDataSource(config);
		}
		finally {
			DriverManager.setLoginTimeout(loginTimeout);
		}
	}

	private static HikariConfig configuration(HikariConfig app, @Nullable Database database, Duration timeout) {
		long connectionTimeout = Math.max(MIN_CONNECTION_TIMEOUT, timeout.toMillis());
		HikariConfig config = new HikariConfig();
		app.copyStateTo(config);
		config.setPoolName("oauth2-state");
		config.setMaximumPoolSize(MAX_CONNECTIONS);
		config.setMinimumIdle(0);
		config.setConnectionTimeout(connectionTimeout);
		config.setValidationTimeout(connectionTimeout);
		config.setInitializationFailTimeout(-1);
		config.setAutoCommit(true);
		config.setReadOnly(false);
		if (!isPostgresql(app, database) || app.getTransactionIsolation() != null) {
			// On PostgreSQL it would stay with the session, which a pooler may lend to
			// others
			config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
		}
		config.setRegisterMbeans(false);
		config.setHealthCheckRegistry(null);
		withoutMetrics(config);
		if (app.getJdbcUrl() != null) {
			// Not as driver properties: the app's pool has the same object
			config.setJdbcUrl(Database.boundedUrl(app.getJdbcUrl(), timeout));
		}
		return config;
	}

	private static boolean isPostgresql(HikariConfig app, @Nullable Database database) {
		return (database != null) ? database == Database.POSTGRESQL : Database.looksLikePostgresql(app.getJdbcUrl(),
				app.getDriverClassName(), app.getDataSourceClassName());
	}

	private static void withoutMetrics(HikariConfig config) {
		// The app measures its own pool, and a registry accepts a name only once
		if (config.getMetricRegistry() != null) {
			config.setMetricRegistry(null);
		}
		else {
			config.setMetricsTrackerFactory(null);
		}
	}

	static void close(DataSource own) {
		((HikariDataSource) own).close();
	}

}
