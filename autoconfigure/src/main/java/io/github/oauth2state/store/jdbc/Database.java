package io.github.oauth2state.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

import javax.sql.DataSource;

/**
 * A kind of database that the store knows how to talk to.
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

	private final String productName;

	Database(String productName) {
		this.productName = productName;
	}

	static Database of(DataSource dataSource) {
		String productName = productName(dataSource);
		return Arrays.stream(values())
			.filter((database) -> database.productName.equals(productName))
			.findFirst()
			.orElseThrow(() -> new UnsupportedDatabaseException(productName));
	}

	private static String productName(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			return connection.getMetaData().getDatabaseProductName();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Cannot ask the DataSource which database it is", ex);
		}
	}

	StateSql sql(TableName table) {
		return switch (this) {
			case POSTGRESQL -> StateSql.postgresql(table);
			case MARIADB -> StateSql.mariadb(table);
			case MYSQL -> StateSql.mysql(table);
			case H2 -> StateSql.h2(table);
		};
	}

	/**
	 * Tells the driver to keep to the timeout, and to itself what the records are.
	 * @param url the URL that the app connects to
	 * @param timeout how long a statement may take
	 * @return the URL for the store to connect to
	 */
	String boundedUrl(String url, Duration timeout) {
		if (this != POSTGRESQL) {
			return url;
		}
		// Who waits for an answer also waits until the attempt to cancel it has ended
		return url + (url.contains("?") ? "&" : "?") + "cancelSignalTimeout=" + StateStatements.seconds(timeout)
				+ "&logServerErrorDetail=false";
	}

	String schemaScript() {
		return "classpath:io/github/oauth2state/store/jdbc/schema-%s.sql".formatted(name().toLowerCase(Locale.ROOT));
	}

	@Override
	public String toString() {
		return this.productName;
	}

}
