package io.github.oauth2state.store.jdbc;

import java.util.Arrays;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at startup when the database is one that the store has no statements for, or
 * cannot be asked which one it is.
 */
@SuppressWarnings("serial")
final class UnsupportedDatabaseException extends RuntimeException {

	private UnsupportedDatabaseException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	static UnsupportedDatabaseException unknown(String productName) {
		return new UnsupportedDatabaseException(
				"The store 'jdbc' does not know the database '" + productName + "', but these: "
						+ Arrays.stream(Database.values()).map(Database::toString).collect(Collectors.joining(", ")),
				null);
	}

	static UnsupportedDatabaseException unclear(DataSource dataSource, String reason, @Nullable Throwable cause) {
		return new UnsupportedDatabaseException(
				"The store 'jdbc' cannot tell which database the DataSource leads to, of type "
						+ dataSource.getClass().getName() + ": " + reason,
				cause);
	}

}
