package io.github.oauth2state.demo.cluster;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the command lines of Java processes.
 */
final class Jvm {

	/**
	 * Several processes share this machine, and live for minutes: start fast, stay small.
	 */
	private static final List<String> OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

	private Jvm() {
	}

	/**
	 * A class of this module.
	 * @param main the class
	 * @param args its arguments
	 * @return the command
	 */
	static List<String> main(Class<?> main, List<String> args) {
		return command(
				List.of("-cp", classpath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
						main.getName()),
				args);
	}

	/**
	 * An executable jar.
	 * @param jar the jar
	 * @param args its arguments
	 * @return the command
	 */
	static List<String> jar(Path jar, List<String> args) {
		return command(List.of("-jar", jar.toString()), args);
	}

	/**
	 * Returns what starts a JVM like this one.
	 * @return the path of the executable
	 */
	static String java() {
		return Path.of(System.getProperty("java.home"), "bin", "java").toString();
	}

	private static List<String> command(List<String> program, List<String> args) {
		List<String> command = new ArrayList<>();
		command.add(java());
		command.addAll(OPTIONS);
		command.addAll(program);
		command.addAll(args);
		return command;
	}

	/**
	 * Returns where this class and its libraries come from. Inside Maven that is a class
	 * loader of the module's own, elsewhere the JVM's.
	 * @return the class path of this module
	 */
	static List<Path> classpath() {
		if (Jvm.class.getClassLoader() instanceof URLClassLoader loader) {
			return Arrays.stream(loader.getURLs()).map(Jvm::path).toList();
		}
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
			.filter((entry) -> !entry.isEmpty())
			.map(Path::of)
			.toList();
	}

	private static Path path(URL url) {
		try {
			return Path.of(url.toURI());
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException("Not a file: " + url, ex);
		}
	}

}
