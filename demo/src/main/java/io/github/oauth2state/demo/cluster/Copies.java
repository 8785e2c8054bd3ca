package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Copies of what a build made, in a temporary directory. The processes of the cluster run
 * from them, and so does the process that starts the others: it loads some of its classes
 * only when an instance has to be started again.
 */
public final class Copies {

	private final Path directory;

	private final List<Path> classpath = new ArrayList<>();

	private Copies(Path directory) {
		this.directory = directory;
	}

	/**
	 * Copies what a build makes and deletes: the directories of this module's class path,
	 * and the jars of other modules. All other jars are those of the local repository.
	 * @return the copies
	 * @throws IOException if they cannot be made
	 */
	public static Copies make() throws IOException {
		Copies copies = new Copies(Files.createTempDirectory("oauth2-state-demo-"));
		try {
			for (Path entry : Jvm.classpath()) {
				copies.classpath.add(isBuilt(entry) ? copies.add(entry) : entry);
			}
			return copies;
		}
		catch (IOException ex) {
			delete(copies.directory);
			throw ex;
		}
	}

	static boolean isBuilt(Path entry) {
		return Files.isDirectory(entry) || entry.toAbsolutePath().resolveSibling("").endsWith("target");
	}

	/**
	 * Copies a file, or a directory with all that is in it.
	 * @param source what to copy
	 * @return the copy, or the source itself if there is nothing to copy
	 * @throws IOException if it cannot be copied
	 */
	public Path add(Path source) throws IOException {
		if (!Files.exists(source)) {
			return source;
		}
		Path parent = Files.createTempDirectory(this.directory, "");
		Path copy = parent.resolve(source.getFileName());
		try (Stream<Path> files = Files.walk(source)) {
			for (Path file : files.toList()) {
				Files.copy(file, copy.resolve(source.relativize(file).toString()));
			}
		}
		return copy;
	}

	/**
	 * Returns a class loader for the copied class path, and nothing else.
	 * @return the class loader
	 * @throws MalformedURLException if a path has no URL
	 */
	public ClassLoader classes() throws MalformedURLException {
		List<URL> urls = new ArrayList<>();
		for (Path entry : this.classpath) {
			urls.add(entry.toUri().toURL());
		}
		return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
	}

	/**
	 * Returns where the copies are.
	 * @return the directory
	 */
	public Path directory() {
		return this.directory;
	}

	/**
	 * Deletes copies. What cannot be deleted is left to the system, which cleans its
	 * directory for temporary files.
	 * @param directory where they are
	 */
	public static void delete(Path directory) {
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			// There is nobody to tell.
		}
	}

}
