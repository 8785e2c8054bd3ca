package io.github.oauth2state.demo.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * Which app the instances run, and how.
 *
 * @param stack what it is built on
 * @param jar its jar
 * @param aot whether it uses what was generated when it was built
 */
record Apps(Stack stack, Path jar, boolean aot) {

	private static final String USE_AOT = "-Dspring.aot.enabled=true";

	/**
	 * Reads what the user asked for.
	 * @param properties system properties
	 * @return the app
	 * @throws ClusterException if it is not built
	 */
	static Apps from(Properties properties) {
		Stack stack = Stack.from(properties);
		String module = stack.module();
		Path jar = Path.of(properties.getProperty("demo." + module, module + "/target/" + module + ".jar")).normalize();
		if (!Files.isRegularFile(jar)) {
			throw new ClusterException("The %s is not built: there is no %s".formatted(module.replace('-', ' '), jar));
		}
		return new Apps(stack, jar, ClusterOptions.flag(properties, "demo.aot"));
	}

	/**
	 * Returns what starts an instance.
	 * @param args its arguments
	 * @return the command
	 */
	List<String> command(List<String> args) {
		List<String> command = Jvm.jar(this.jar, args);
		if (this.aot) {
			command.add(command.indexOf("-jar"), USE_AOT);
		}
		return command;
	}

}
