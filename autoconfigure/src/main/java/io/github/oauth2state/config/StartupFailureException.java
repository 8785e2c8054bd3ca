package io.github.oauth2state.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Stops the app at startup, with what is wrong and the ways out. Spring Boot prints both.
 * Neither may contain a secret: where a value may be one, only its property is named.
 */
@SuppressWarnings("serial")
public final class StartupFailureException extends RuntimeException {

	/** What is wrong, for a person to read. */
	private final String description;

	/** What to do about it, for a person to read. */
	private final String action;

	/**
	 * Creates an exception.
	 * @param description what is wrong, in sentences
	 * @param action what to do about it, in sentences or as a list
	 */
	public StartupFailureException(String description, String action) {
		this(description, action, null);
	}

	/**
	 * Creates an exception with a cause.
	 * @param description what is wrong, in sentences
	 * @param action what to do about it, in sentences or as a list
	 * @param cause what led to it, or {@code null} if nothing did
	 */
	public StartupFailureException(String description, String action, @Nullable Throwable cause) {
		super(description, cause);
		this.description = description;
		this.action = action;
	}

	/**
	 * Returns what is wrong.
	 * @return sentences
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * Returns what to do about it.
	 * @return sentences or a list
	 */
	public String getAction() {
		return this.action;
	}

	/**
	 * Hands the exception to Spring Boot. As {@link StartupCheck}, it must work on
	 * earlier releases of Spring Boot.
	 */
	static class Analyzer extends AbstractFailureAnalyzer<StartupFailureException> {

		@Override
		protected FailureAnalysis analyze(Throwable rootFailure, StartupFailureException cause) {
			return new FailureAnalysis(cause.getDescription(), cause.getAction(), cause);
		}

	}

}
