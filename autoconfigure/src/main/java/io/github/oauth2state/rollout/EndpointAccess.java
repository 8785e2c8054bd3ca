package io.github.oauth2state.rollout;

import org.springframework.core.env.Environment;

/**
 * Tells whether operators may write to the endpoint that sets the percentage. Found by
 * {@code spring.factories}, as it is asked before there are beans, and by a package that
 * does not know the Actuator.
 */
@FunctionalInterface
public interface EndpointAccess {

	/**
	 * Tells whether they may.
	 * @param environment the properties of the app
	 * @return whether they may
	 */
	boolean isUnrestricted(Environment environment);

}
