package io.github.oauth2state.demo.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Which apps the instances run, and how.
 *
 * @param stack what they are built on
 * @param servlet the jar of the sample app
 * @param reactive the jar of the sample gateway
 * @param aot whether they use what was generated when they were built
 */
record Apps(Stack stack, Path servlet, Path reactive, boolean aot) {

	private static final String USE_AOT = "-Dspring.aot.enabled=true";

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return the apps
	 * @throws ClusterException if one that is needed is not built
	 */
	static Apps from(Properties properties) {
		Stack stack = Stack.from(properties);
		Path servlet = jar(properties, "demo.sample-app", "sample-app");
		Path reactive = jar(properties, "demo.sample-gateway", "sample-gateway");
		if (stack != Stack.REACTIVE) {
			check(servlet, "sample app");
		}
		if (stack.hasGateway()) {
			check(reactive, "sample gateway");
		}
		return new Apps(stack, servlet, reactive, ClusterOptions.flag(properties, "demo.aot"));
	}

	private static Path jar(Properties properties, String property, String module) {
		return Path.of(properties.getProperty(property, module + "/target/" + module + ".jar")).normalize();
	}

	private static void check(Path jar, String app) {
		if (!Files.isRegularFile(jar)) {
			throw new ClusterException("The %s is not built: there is no %s".formatted(app, jar));
		}
	}

	/**
	 * Returns what starts an instance.
	 * @param name the name of the instance
	 * @param args its arguments
	 * @return the command
	 */
	List<String> command(String name, List<String> args) {
		List<String> command = new ArrayList<>(
				Jvm.jar(this.stack.isReactive(name) ? this.reactive : this.servlet, args));
		if (this.aot) {
			command.add(command.indexOf("-jar"), USE_AOT);
		}
		return command;
	}

}
