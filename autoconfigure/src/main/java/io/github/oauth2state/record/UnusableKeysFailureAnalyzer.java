package io.github.oauth2state.record;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to make a key.
 */
class UnusableKeysFailureAnalyzer extends AbstractFailureAnalyzer<UnusableKeysException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnusableKeysException cause) {
		return new FailureAnalysis(
				"The keys in the property %s cannot be used: %s. (What is configured is a secret and not shown.)"
					.formatted(cause.getProperty(), cause.getReason()),
				"""
						Make a key with

						    openssl rand -base64 32

						and configure it on every instance, from a secret, under an id of your choice of at most 16 letters, digits, \
						'-' and '_':

						    %s: <id>:<the key>

						All keys are one text, separated by commas, and no list. To replace a key, put the new one before it, and \
						remove the old one when what it sealed has expired."""
					.formatted(cause.getProperty()),
				cause);
	}

}
