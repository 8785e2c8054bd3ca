package io.github.oauth2state.config;

/**
 * Thrown at startup on a release of Spring Boot for which the library is not made.
 */
@SuppressWarnings("serial")
final class UnsupportedSpringBootException extends RuntimeException {

	UnsupportedSpringBootException(String version) {
		super("OAuth2 State needs Spring Boot 4.0 or later, and this app runs on Spring Boot " + version);
	}

}
