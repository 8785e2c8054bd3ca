package io.github.oauth2state.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A process of the cluster. It can be started again after it ended.
 */
final class Child {

	private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

	private static final long POLL_MILLIS = 100;

	private static final int TAIL_LINES = 30;

	private final String name;

	private final URI uri;

	private final Probe probe;

	private final ProcessBuilder builder;

	private final Path log;

	private volatile @Nullable Process process;

	/**
	 * Describes a process without starting it.
	 * @param name what to call it
	 * @param uri where it will listen
	 * @param probe tells when it can be used
	 * @param builder how to start it
	 * @param logs the directory for its log
	 */
	Child(String name, URI uri, Probe probe, ProcessBuilder builder, Path logs) {
		this.name = name;
		this.uri = uri;
		this.probe = probe;
		this.log = logs.resolve(name.replace(' ', '-') + ".log");
		this.builder = builder.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
	}

	URI uri() {
		return this.uri;
	}

	String name() {
		return this.name;
	}

	void start() {
		try {
			// Somebody may have cleaned the clone since the last start.
			Files.createDirectories(this.log.getParent());
			this.process = this.builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits until the process can be used.
	 * @param progress called now and then while waiting
	 * @throws InterruptedException if interrupted
	 * @throws ClusterException if it ends or takes too long
	 */
	void awaitReady(Runnable progress) throws InterruptedException {
		Instant deadline = Instant.now().plus(START_TIMEOUT);
		while (!isReady()) {
			if (!isAlive()) {
				throw failure("has ended with status " + running().exitValue());
			}
			if (Instant.now().isAfter(deadline)) {
				throw failure("was not ready after " + START_TIMEOUT.toSeconds() + " seconds");
			}
			Thread.sleep(POLL_MILLIS);
			progress.run();
		}
	}

	private boolean isReady() {
		try {
			this.probe.check();
			// Something else may answer on the port of a process that could not get it.
			return isAlive();
		}
		catch (IOException ex) {
			return false;
		}
	}

	boolean isAlive() {
		Process process = this.process;
		return process != null && process.isAlive();
	}

	long pid() {
		return running().pid();
	}

	/**
	 * Asks the process to end.
	 */
	void terminate() {
		Process process = this.process;
		if (process != null) {
			process.destroy();
		}
	}

	/**
	 * Ends the process if it does not do so by itself.
	 * @param patience how long to wait for it
	 * @throws InterruptedException if interrupted
	 */
	void awaitEnd(Duration patience) throws InterruptedException {
		Process process = this.process;
		if (process != null && !process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
			kill();
		}
	}

	/**
	 * Ends the process at once, as a crash would.
	 */
	void kill() {
		Process process = this.process;
		if (process != null) {
			process.destroyForcibly().onExit().join();
		}
	}

	/**
	 * Describes why the process is of no use, with the end of its log.
	 * @param what what happened to it
	 * @return the exception to throw
	 */
	ClusterException failure(String what) {
		return new ClusterException("The %s %s. The end of %s:%n%s".formatted(this.name, what, this.log, logTail()));
	}

	private String logTail() {
		try {
			List<String> lines = Files.readAllLines(this.log, StandardCharsets.UTF_8);
			return String.join(System.lineSeparator(),
					lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
		}
		catch (IOException ex) {
			return "(cannot be read: " + ex.getMessage() + ")";
		}
	}

	private Process running() {
		Process process = this.process;
		if (process == null) {
			throw new IllegalStateException("The " + this.name + " was never started");
		}
		return process;
	}

}
