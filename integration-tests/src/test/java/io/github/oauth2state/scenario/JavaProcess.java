package io.github.oauth2state.scenario;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A class of the tests that runs in a process of its own, which can be ended and stopped
 * as operators, platforms and kernels do it.
 */
public final class JavaProcess implements AutoCloseable {

	private final Process process;

	private final Path output;

	private JavaProcess(Process process, Path output) {
		this.process = process;
		this.output = output;
	}

	/**
	 * Starts a process, and does not wait for anything.
	 * @param main the class to run
	 * @param heap the most memory that its objects may take, for example {@code 96m}
	 * @param arguments what it is told
	 */
	public static JavaProcess start(Class<?> main, String heap, List<String> arguments) {
		return start(System.getProperty("java.class.path"), main, heap, arguments);
	}

	/**
	 * Starts a process that has fewer libraries than the tests.
	 * @param library a part of the paths of those that it does not have
	 */
	public static JavaProcess startWithout(String library, Class<?> main, String heap, List<String> arguments) {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((path) -> !path.contains(library))
			.collect(Collectors.joining(File.pathSeparator));
		return start(classPath, main, heap, arguments);
	}

	private static JavaProcess start(String classPath, Class<?> main, String heap, List<String> arguments) {
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
				"-Xmx" + heap, "-XX:TieredStopAtLevel=1", "-cp", classPath, main.getName()));
		command.addAll(arguments);
		try {
			Path output = Files.createTempFile("process", ".log");
			output.toFile().deleteOnExit();
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			return new JavaProcess(process, output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * For the process itself: ends it when whoever started it has ended.
	 */
	public static void endWithParent() throws IOException {
		while (System.in.read() >= 0) {
			// Nobody writes.
		}
		System.exit(0);
	}

	/**
	 * Waits for a line.
	 * @param beginning how it begins
	 * @return how it goes on
	 */
	public String awaitLine(String beginning) {
		return Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.failFast("The process ended", () -> assertThat(this.process.isAlive()).as(output()).isTrue())
			.until(() -> line(beginning), Optional::isPresent)
			.orElseThrow()
			.substring(beginning.length());
	}

	private Optional<String> line(String beginning) {
		String output = output();
		String complete = output.substring(0, output.lastIndexOf('\n') + 1);
		return complete.lines().filter((line) -> line.startsWith(beginning)).findFirst();
	}

	/**
	 * Returns what the process has written.
	 */
	public String output() {
		try {
			return Files.readString(this.output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends SIGTERM, and waits for the end.
	 * @return the exit code
	 */
	public int terminate() {
		this.process.destroy();
		return awaitEnd();
	}

	/**
	 * Lets the process know that there is nobody any more, and waits for its end.
	 */
	public void abandon() {
		try {
			this.process.getOutputStream().close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		awaitEnd();
	}

	private int awaitEnd() {
		try {
			if (!this.process.waitFor(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The process goes on");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return this.process.exitValue();
	}

	/**
	 * Ends the process as the kernel does when memory runs out.
	 */
	public void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/**
	 * Stops the process from doing anything, as a long garbage collection does.
	 */
	public void pause() {
		signal("STOP");
	}

	public void resume() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().onExit().join();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

}
