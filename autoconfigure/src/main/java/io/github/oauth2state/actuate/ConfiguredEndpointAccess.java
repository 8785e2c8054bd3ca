package io.github.oauth2state.actuate;

import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.PropertySourcesPropertyResolver;

import io.github.oauth2state.rollout.EndpointAccess;

/**
 * Asks Spring Boot, which knows more than one property.
 */
class ConfiguredEndpointAccess implements EndpointAccess {

	@Override
	public boolean isUnrestricted(Environment environment) {
		Endpoint endpoint = OAuth2StateEndpoint.class.getAnnotation(Endpoint.class);
		Access access = new PropertiesEndpointAccessResolver(properties(environment))
			.accessFor(EndpointId.of(endpoint.id()), endpoint.defaultAccess());
		return access == Access.UNRESTRICTED;
	}

	/**
	 * An environment that Spring Boot did not prepare knows no {@code read-only}.
	 */
	private static PropertyResolver properties(Environment environment) {
		if (!(environment instanceof ConfigurableEnvironment configurable)) {
			return environment;
		}
		PropertySourcesPropertyResolver properties = new PropertySourcesPropertyResolver(
				configurable.getPropertySources());
		properties.setConversionService(new ApplicationConversionService());
		return properties;
	}

}
