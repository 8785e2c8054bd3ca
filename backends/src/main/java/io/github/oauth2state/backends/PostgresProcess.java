package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL server of a test's own, which can be killed and started again. Also where
 * Docker answers: a container has no process to treat like that.
 */
public final class PostgresProcess implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

	private final Path directory;

	private final int port;

	private EmbeddedPostgres server;

	private PostgresProcess(Path directory) {
		this.directory = directory;
		this.server = start(0);
		this.port = this.server.getPort();
	}

	/**
	 * Starts a server that writes to disk what it has acknowledged.
	 * @param directory where its files are
	 * @return the server
	 */
	public static PostgresProcess start(Path directory) {
		return new PostgresProcess(directory);
	}

	public String host() {
		return "localhost";
	}

	public int port() {
		return this.port;
	}

	/**
	 * Returns the URL of a database that exists.
	 * @param host the server's host, or that of something in between
	 * @param port the port there
	 * @return the URL, which names the user, too
	 */
	public String url(String host, int port) {
		return "jdbc:postgresql://%s:%d/postgres?user=postgres".formatted(host, port);
	}

	/**
	 * Kills the server as a power failure would.
	 */
	public void kill() {
		ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
		postmaster.destroyForcibly();
		postmaster.onExit().join();
		close();
	}

	/**
	 * Starts the server again with what it had written to disk.
	 */
	public void start() {
		// Processes of the one that was killed may hold its memory for a while
		Awaitility.await()
			.atMost(START_TIMEOUT)
			.ignoreExceptionsInstanceOf(UncheckedIOException.class)
			.untilAsserted(() -> this.server = start(this.port));
	}

	private EmbeddedPostgres start(int port) {
		try {
			return EmbeddedPostgres.builder()
				.setDataDirectory(this.directory)
				.setCleanDataDirectory(false)
				.setPort(port)
				.setServerConfig("synchronous_commit", "on")
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private long pid() {
		try {
			return Long.parseLong(Files.readAllLines(this.directory.resolve("postmaster.pid")).get(0));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
