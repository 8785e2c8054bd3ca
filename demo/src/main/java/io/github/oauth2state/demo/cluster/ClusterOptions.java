package io.github.oauth2state.demo.cluster;

import java.nio.file.Path;
import java.util.Properties;

/**
 * What can be chosen about the cluster.
 *
 * @param store what the instances share
 * @param with what the instances use
 * @param port the preferred port of the proxy
 * @param apps what the instances run
 * @param logs the directory for the logs of all processes
 */
public record ClusterOptions(SharedStore store, With with, int port, Apps apps, Path logs) {

	private static final int MAX_PORT = 65_000;

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return the options
	 * @throws ClusterException if one makes no sense
	 */
	public static ClusterOptions from(Properties properties) {
		With with = With.from(properties);
		Apps apps = Apps.from(properties);
		if (apps.aot() && with != With.STARTER) {
			throw new ClusterException(
					"-Ddemo.aot=true needs -Ddemo.with=starter: when the apps were built with -Paot, "
							+ "that was decided for good");
		}
		return new ClusterOptions(SharedStore.from(properties), with, port(properties), apps,
				Path.of(properties.getProperty("demo.logs", "target/logs")));
	}

	/**
	 * Reads an option that is on or off.
	 * @param properties system properties
	 * @param name its name
	 * @return whether it is on, which just its name ({@code -Dname}) says too
	 * @throws ClusterException if it is neither
	 */
	public static boolean flag(Properties properties, String name) {
		String value = properties.getProperty(name, "false");
		return switch (value) {
			case "", "true" -> true;
			case "false" -> false;
			default -> throw new ClusterException("-D%s is true or false, not \"%s\"".formatted(name, value));
		};
	}

	/**
	 * Tells whether the demo must bring a store of its own.
	 * @return whether there is something to share and nobody gave a server for it
	 */
	boolean usesOwnStore() {
		return this.with.isSharing() && this.store.kind() == SharedStore.Kind.H2;
	}

	private static int port(Properties properties) {
		String value = properties.getProperty("demo.port", "8080");
		try {
			int port = Integer.parseInt(value);
			if (port > 0 && port <= MAX_PORT) {
				return port;
			}
		}
		catch (NumberFormatException ex) {
			// Said below.
		}
		throw new ClusterException("-Ddemo.port is a number from 1 to %d, not \"%s\"".formatted(MAX_PORT, value));
	}

}
