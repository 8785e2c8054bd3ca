package io.github.oauth2state.demo.cluster;

/**
 * Thrown when the cluster cannot run. Its message is for the person at the terminal.
 */
public class ClusterException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what happened, and what to look at
	 */
	public ClusterException(String message) {
		super(message);
	}

}
