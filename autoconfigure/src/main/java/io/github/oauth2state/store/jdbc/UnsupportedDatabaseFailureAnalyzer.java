package io.github.oauth2state.store.jdbc;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Lists the ways out of an {@link UnsupportedDatabaseException}.
 */
class UnsupportedDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedDatabaseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedDatabaseException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", """
				One of these:

				- use a DataSource that leads to one of these databases without a request or a user: PostgreSQL, \
				MariaDB, MySQL, H2
				- or declare such a DataSource beside that of the app, and annotate it with @OAuth2StateDataSource
				- or set oauth2-state.store=redis
				- or set oauth2-state.store=cookie and oauth2-state.cookie.keys, to need neither
				- or set oauth2-state.store=memory, if the app runs as one instance only, and in tests that mock the \
				DataSource
				- or declare a bean of type io.github.oauth2state.StateStore
				- or set oauth2-state.enabled=false, to run without OAuth2 State""", cause);
	}

}
