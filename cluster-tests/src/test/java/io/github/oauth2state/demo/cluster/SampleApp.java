package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sample app or the sample gateway, unpacked, with an archive of the classes that a
 * start of it loads. With that it starts in half of the processor time that its
 * executable jar takes, or in a third on a JDK that archives them as linked, which counts
 * where a small machine starts instances by the dozen.
 */
final class SampleApp {

	private static final boolean CAN_LINK = Runtime.version().feature() >= 25;

	private static final Map<String, SampleApp> apps = new ConcurrentHashMap<>();

	private final Path jar;

	private final Path archive;

	private SampleApp(Path directory, String name) {
		this.jar = directory.resolve(name + ".jar");
		this.archive = directory.resolve("classes");
	}

	/**
	 * Returns the app of this JVM's tests, unpacked anew: its jar may have changed since.
	 * @param name {@code sample-app} or {@code sample-gateway}
	 * @return the app
	 */
	static SampleApp named(String name) {
		return apps.computeIfAbsent(name, SampleApp::unpack);
	}

	/**
	 * Starts an instance, from the archive if there is one.
	 * @param args its arguments
	 * @return the command
	 */
	List<String> command(List<String> args) {
		return command((CAN_LINK ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + this.archive, args);
	}

	/**
	 * Starts an instance that makes the archive when it ends.
	 * @param args its arguments
	 * @return the command
	 */
	List<String> archiving(List<String> args) {
		return command((CAN_LINK ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + this.archive, args);
	}

	boolean isArchived() {
		return Files.exists(this.archive);
	}

	private List<String> command(String option, List<String> args) {
		List<String> command = Jvm.jar(this.jar, args);
		command.add(command.indexOf("-jar"), option);
		return command;
	}

	private static SampleApp unpack(String name) {
		Path executable = Path.of(System.getProperty(name)).normalize();
		SampleApp app = new SampleApp(Path.of(System.getProperty("unpacked"), name), name);
		try {
			Files.deleteIfExists(app.archive);
			int status = new ProcessBuilder(Jvm.java(), "-Djarmode=tools", "-jar", executable.toString(), "extract",
					"--force", "--destination", app.jar.getParent().toString())
				.inheritIO()
				.start()
				.waitFor();
			if (status != 0) {
				throw new ClusterException("Cannot unpack " + executable);
			}
			return app;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
