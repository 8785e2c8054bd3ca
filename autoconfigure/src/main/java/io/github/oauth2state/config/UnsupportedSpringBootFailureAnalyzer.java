package io.github.oauth2state.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Lists the ways out of an {@link UnsupportedSpringBootException}. As the check itself,
 * it must work on earlier releases of Spring Boot.
 */
class UnsupportedSpringBootFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", """
				One of these:

				- upgrade the app to Spring Boot 4.0 or later
				- or remove oauth2-state-spring-boot-starter: there is no release for earlier versions of Spring \
				Boot, and setting oauth2-state.enabled=false does not help, as the starter brings modules of Spring \
				Boot 4""", cause);
	}

}
