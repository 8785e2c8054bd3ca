package io.github.oauth2state.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * Shows the statements that make the table, after an {@link UnusableTableException}.
 */
class UnusableTableFailureAnalyzer extends AbstractFailureAnalyzer<UnusableTableException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnusableTableException cause) {
		TableName table = cause.getTable();
		String lookedFor = table.hasSchema() ? ""
				: ". It was looked for in the search path of the database's user, that is, in the schema or the database "
						+ "that its connections are in";
		return new FailureAnalysis(cause.getMessage() + lookedFor, """
				One of these:

				- create the table by a migration, or by hand:

				%s
				- or set oauth2-state.jdbc.initialize-schema=always, if the app's database user may create tables
				%s- or set oauth2-state.jdbc.table-name to the table that there is
				- or grant the app's database user SELECT, INSERT, UPDATE and DELETE on it
				- or set oauth2-state.jdbc.validate-schema=false, if the table will be there by the first login"""
			.formatted(script(table, cause.getDatabase()), table.hasSchema() ? ""
					: "- or set oauth2-state.jdbc.table-name=<schema>." + table + ", if it is in another schema\n"),
				cause);
	}

	private static String script(TableName table, Database database) {
		try {
			return table.applyTo(new DefaultResourceLoader().getResource(database.schemaScript())
				.getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
