package io.github.oauth2state.config;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The general settings after defaults and checks.
 *
 * @param namespace what keeps this app's records and cookies apart from others'
 * @param timeout how long a call of the store may take
 */
public record OAuth2StateSettings(String namespace, Duration timeout) {

	private static final String NAMESPACE_WITHOUT_NAME = "application";

	private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	static OAuth2StateSettings of(OAuth2StateProperties properties, String applicationName) {
		return new OAuth2StateSettings(namespace(properties, applicationName), timeout(properties));
	}

	private static String namespace(OAuth2StateProperties properties, String applicationName) {
		if (properties.namespace() == null) {
			return nameToNamespace(applicationName);
		}
		return PropertyCheck.of("oauth2-state.namespace", properties.namespace())
			.must(NAMESPACE.asMatchPredicate(), "Use 1 to 64 letters, digits, '.', '_' or '-'.");
	}

	/**
	 * Application names are free text: what a namespace cannot have becomes '-'.
	 */
	private static String nameToNamespace(String applicationName) {
		if (applicationName.isBlank()) {
			return NAMESPACE_WITHOUT_NAME;
		}
		String namespace = applicationName.replaceAll("[^A-Za-z0-9._-]", "-");
		return (namespace.length() <= 64) ? namespace : namespace.substring(0, 64);
	}

	private static Duration timeout(OAuth2StateProperties properties) {
		return PropertyCheck.of("oauth2-state.timeout", properties.timeout())
			.between(Duration.ofMillis(10), Duration.ofSeconds(60), "Use 10ms to 60s, for example 2s.");
	}

}
