package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.store.jdbc.SqlFailures.DatabaseUnreachableException;
import io.github.oauth2state.store.jdbc.StateSql.TableName;

/**
 * A kind of database that the store supports.
 */
enum Database {

	/**
	 * PostgreSQL 12 or newer.
	 */
	POSTGRESQL("PostgreSQL"),

	/**
	 * MariaDB 10.6 or newer, through its own driver.
	 */
	MARIADB("MariaDB"),

	/**
	 * MySQL 8.0 or newer; and MariaDB through the driver of MySQL, which calls it so.
	 */
	MYSQL("MySQL"),

	/**
	 * H2 2.x.
	 */
	H2("H2");

	private static final String SCHEMA = "io/github/oauth2state/store/jdbc/schema-%s.sql";

	private final String productName;

	Database(String productName) {
		this.productName = productName;
	}

	/**
	 * Asks a database which kind it is.
	 * @param dataSource the data source that connects to it
	 * @return the kind of database
	 * @throws StartupFailureException if it is unsupported or unknown
	 * @throws DatabaseUnreachableException if it cannot be reached
	 */
	static Database of(DataSource dataSource) {
		String productName = productName(dataSource);
		return Arrays.stream(values())
			.filter((database) -> database.productName.equals(productName))
			.findFirst()
			.orElseThrow(() -> unsupported(
					"The store 'jdbc' does not know the database '" + productName + "', but these: "
							+ Arrays.stream(values()).map(Database::toString).collect(Collectors.joining(", ")) + ".",
					null));
	}

	private static String productName(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			if (connection == null) {
				throw unclear(dataSource, "it gives no connection", null);
			}
			String productName = connection.getMetaData().getDatabaseProductName();
			if (productName == null) {
				throw unclear(dataSource, "the database has no name", null);
			}
			return productName;
		}
		catch (StartupFailureException ex) {
			throw ex;
		}
		catch (SQLException | RuntimeException ex) {
			// Pools wrap the exceptions of drivers in their own
			SQLException failure = SqlFailures.in(ex);
			if (failure != null && SqlFailures.isUnreachable(failure)) {
				throw new DatabaseUnreachableException(failure);
			}
			throw unclear(dataSource, ex.toString(), ex);
		}
	}

	private static StartupFailureException unclear(DataSource dataSource, String reason, @Nullable Throwable cause) {
		return unsupported("The store 'jdbc' cannot tell which database the DataSource leads to, of type "
				+ dataSource.getClass().getName() + ": " + reason + ".", cause);
	}

	private static StartupFailureException unsupported(String description, @Nullable Throwable cause) {
		return new StartupFailureException(description, """
				One of these:

				- use a DataSource that leads to one of these databases without a request or a user: PostgreSQL, \
				MariaDB, MySQL, H2
				- or declare such a DataSource beside that of the app, and annotate it with @OAuth2StateDataSource
				- or set oauth2-state.store=redis
				- or set oauth2-state.store=cookie and oauth2-state.cookie.keys, to need no server
				- or set oauth2-state.store=memory, if the app runs as one instance only, and in tests that mock the \
				DataSource
				- or declare a bean of type io.github.oauth2state.StateStore
				- or set oauth2-state.enabled=false, to run without OAuth2 State""", cause);
	}

	/**
	 * Returns the statements of the store.
	 * @param table the table
	 * @param asynchronousCommit whether PostgreSQL may acknowledge writes early
	 * @return the statements
	 */
	StateSql sql(TableName table, boolean asynchronousCommit) {
		return switch (this) {
			case POSTGRESQL -> StateSql.postgresql(table, asynchronousCommit);
			case MARIADB -> StateSql.mariadb(table);
			case MYSQL -> StateSql.mysql(table);
			case H2 -> StateSql.h2(table);
		};
	}

	/**
	 * Returns the statements of the index of sessions.
	 * @param table the table
	 * @return the statements
	 */
	SessionSql sessionSql(TableName table) {
		return switch (this) {
			case POSTGRESQL -> SessionSql.postgresql(table);
			case MARIADB, MYSQL -> SessionSql.mysql(table);
			case H2 -> SessionSql.h2(table);
		};
	}

	/**
	 * Guesses whether a pool that has not connected yet connects to PostgreSQL. A wrapper
	 * of a driver may have the name anywhere in its URL.
	 * @param texts its URL and the names of its driver
	 * @return whether it is probably PostgreSQL
	 */
	static boolean looksLikePostgresql(@Nullable String... texts) {
		return Arrays.stream(texts).anyMatch((text) -> text != null && text.contains("postgresql"));
	}

	/**
	 * Makes PostgreSQL's own driver keep to the timeout, and keep the content of records
	 * out of its messages. The URLs of other drivers stay as they are: with a parameter
	 * more, some would connect to another database.
	 * @param url the URL that the app connects to
	 * @param timeout how long a statement may take
	 * @return the URL for the store to connect to
	 */
	static String boundedUrl(String url, Duration timeout) {
		if (!url.startsWith("jdbc:postgresql:")) {
			return url;
		}
		// A caller also waits until the attempt to cancel its statement has ended
		return url + (url.contains("?") ? "&" : "?") + "cancelSignalTimeout=" + StateStatements.seconds(timeout)
				+ "&logServerErrorDetail=false";
	}

	String schemaScript() {
		return "classpath:" + SCHEMA.formatted(name().toLowerCase(Locale.ROOT));
	}

	@Override
	public String toString() {
		return this.productName;
	}

	/**
	 * Lets a native image keep the scripts.
	 */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern(SCHEMA.formatted("*"));
		}

	}

}
