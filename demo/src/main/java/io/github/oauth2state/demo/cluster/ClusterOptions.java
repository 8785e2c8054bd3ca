package io.github.oauth2state.demo.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What can be chosen about the cluster.
 *
 * @param store what the instances share
 * @param with what the instances use
 * @param port the preferred port of the proxy
 * @param sampleApp the jar of the sample app
 * @param logs the directory for the logs of all processes
 */
public record ClusterOptions(SharedStore store, With with, int port, Path sampleApp, Path logs) {

	private static final int MAX_PORT = 65_000;

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return the options
	 * @throws ClusterException if one makes no sense
	 */
	public static ClusterOptions from(Properties properties) {
		return new ClusterOptions(SharedStore.from(properties), With.from(properties), port(properties),
				sampleApp(properties), Path.of(properties.getProperty("demo.logs", "target/logs")));
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

	private static Path sampleApp(Properties properties) {
		Path jar = Path.of(properties.getProperty("demo.sample-app", "sample-app/target/sample-app.jar")).normalize();
		if (!Files.isRegularFile(jar)) {
			throw new ClusterException("The sample app is not built: there is no " + jar);
		}
		return jar;
	}

}
