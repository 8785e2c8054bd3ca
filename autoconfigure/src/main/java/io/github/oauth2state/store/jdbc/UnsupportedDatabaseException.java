package io.github.oauth2state.store.jdbc;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Thrown at startup when the database is one that the store has no statements for.
 */
@SuppressWarnings("serial")
final class UnsupportedDatabaseException extends RuntimeException {

	UnsupportedDatabaseException(String productName) {
		super("The store 'jdbc' does not know the database '" + productName + "', but these: "
				+ Arrays.stream(Database.values()).map(Database::toString).collect(Collectors.joining(", ")));
	}

}
