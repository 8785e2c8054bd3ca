package io.github.oauth2state.sample;

import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Tells which instance this is.
 */
@Component
class InstanceName {

	private final Environment environment;

	InstanceName(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Returns the name. It is read anew each time, because the port it comes from by
	 * default is only known once the server listens.
	 * @return the value of {@code sample.instance}
	 */
	String get() {
		return this.environment.getRequiredProperty("sample.instance");
	}

}
