package io.github.oauth2state.config;

import java.util.List;

/**
 * Thrown at startup when properties were set that the library does not have, and that are
 * slips of properties that it has.
 */
@SuppressWarnings("serial")
final class UnknownPropertiesException extends RuntimeException {

	private final List<UnknownProperty> properties;

	UnknownPropertiesException(List<UnknownProperty> properties) {
		super("OAuth2 State has no such properties: " + properties);
		this.properties = List.copyOf(properties);
	}

	List<UnknownProperty> getProperties() {
		return this.properties;
	}

}
