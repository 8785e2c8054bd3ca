package io.github.oauth2state.scenario;

/**
 * What a browser can be sent to when it asks for {@code app.example}.
 */
@FunctionalInterface
public interface Reachable {

	/**
	 * Returns the port on this machine.
	 */
	int port();

}
