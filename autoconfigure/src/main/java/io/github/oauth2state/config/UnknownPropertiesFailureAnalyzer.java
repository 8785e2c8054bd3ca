package io.github.oauth2state.config;

import java.util.stream.Collectors;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Names the properties of an {@link UnknownPropertiesException} and what to write
 * instead.
 */
class UnknownPropertiesFailureAnalyzer extends AbstractFailureAnalyzer<UnknownPropertiesException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownPropertiesException cause) {
		String found = cause.getProperties()
			.stream()
			.map((property) -> "- " + property.name() + "\n    Origin: " + property.origin())
			.collect(Collectors.joining("\n"));
		String meant = cause.getProperties()
			.stream()
			.map((property) -> "- " + property.meant() + " in the place of " + property.name())
			.collect(Collectors.joining("\n"));
		return new FailureAnalysis(
				"Properties are set that OAuth2 State does not have, so that they would have no effect:\n\n" + found,
				"Set these, if they were meant, or remove the others:\n\n" + meant, cause);
	}

}
