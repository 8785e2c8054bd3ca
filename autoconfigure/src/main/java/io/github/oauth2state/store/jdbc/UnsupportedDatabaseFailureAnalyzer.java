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

				- use one of these databases
				- or set oauth2-state.store=redis
				- or declare a bean of type io.github.oauth2state.StateStore""", cause);
	}

}
