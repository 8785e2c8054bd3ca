package io.github.oauth2state.store.jdbc;

import java.sql.DriverManager;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * Derives a small pool from the app's HikariCP pool. Loaded only where HikariCP is there.
 */
final class OwnPool {

	/**
	 * Statements take about a millisecond, so that few connections serve many logins.
	 */
	private static final int MAX_CONNECTIONS = 4;

	/**
	 * HikariCP does not accept less.
	 */
	private static final long MIN_CONNECTION_TIMEOUT = 250;

	private OwnPool() {
	}

	static @Nullable DataSource derive(DataSource app, Database database, Duration timeout,
			boolean asynchronousCommit) {
		HikariDataSource pool = DataSourceUnwrapper.unwrap(app, HikariConfigMXBean.class, HikariDataSource.class);
		if (pool == null) {
			return null;
		}
		HikariConfig config = configuration(pool, database, timeout);
		if (asynchronousCommit) {
			config.setConnectionInitSql(after(config.getConnectionInitSql(), "SET synchronous_commit TO off"));
		}
		return start(config);
	}

	/**
	 * HikariCP makes the timeout of a pool that of the {@code DriverManager}, and so of
	 * every connection that the app makes from then on.
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

	private static String after(@Nullable String first, String sql) {
		return (first != null) ? first + "; " + sql : sql;
	}

	private static HikariConfig configuration(HikariConfig app, Database database, Duration timeout) {
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
		config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
		config.setRegisterMbeans(false);
		config.setHealthCheckRegistry(null);
		withoutMetrics(config);
		if (app.getJdbcUrl() != null) {
			// Not as driver properties, which are the same object in the app's pool
			config.setJdbcUrl(database.boundedUrl(app.getJdbcUrl(), timeout));
		}
		return config;
	}

	private static void withoutMetrics(HikariConfig config) {
		// The app measures its own pool, and a registry takes only one of a name
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
