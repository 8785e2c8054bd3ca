package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Chooses ports that nothing listens on.
 * <p>
 * It looks upwards from a preferred port and does not let the system choose: the system
 * hands out ports that outgoing connections use too, and one of these could take the port
 * of a process that is about to be restarted.
 */
final class Ports {

	private static final int ATTEMPTS = 200;

	private final Set<Integer> chosen = new HashSet<>();

	/**
	 * Chooses a port.
	 * @param preferred the port to begin with
	 * @return the first free port from there on that was not chosen before
	 */
	int choose(int preferred) {
		for (int port = preferred; port < preferred + ATTEMPTS; port++) {
			if (!this.chosen.contains(port) && isFree(port)) {
				this.chosen.add(port);
				return port;
			}
		}
		throw new ClusterException("No free port from " + preferred + " to " + (preferred + ATTEMPTS - 1));
	}

	/**
	 * Tells whether a port is free on every address of this machine: a browser may try
	 * any that "localhost" stands for.
	 * @param port the port
	 * @return whether a server could listen on it now
	 */
	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port)) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
