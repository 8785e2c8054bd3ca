package io.github.oauth2state.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Hands a {@link StartupFailureException} to Spring Boot. As {@link StartupCheck}, it
 * must work on earlier releases of Spring Boot.
 */
class StartupFailureAnalyzer extends AbstractFailureAnalyzer<StartupFailureException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, StartupFailureException cause) {
		return new FailureAnalysis(cause.getDescription(), cause.getAction(), cause);
	}

}
