package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.lettuce.core.sentinel.api.sync.RedisSentinelCommands;
import org.awaitility.Awaitility;
import org.springframework.util.FileSystemUtils;

/**
 * A Redis server of a test's own, which can be killed, frozen and started again. Also
 * where Docker answers: a container has no process to treat like that.
 */
public final class RedisProcess implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

	/**
	 * A node of a cluster has a second port, which is this much higher.
	 */
	private static final int BUS_OFFSET = 10_000;

	private static final int MAX_PORT = 65_535;

	private static final StringCodec BYTES_AS_TEXT = new StringCodec(StandardCharsets.ISO_8859_1);

	private static final String SENTINEL = "--sentinel";

	private final int port = freePort();

	private final Path directory = directory();

	private final List<String> command = new ArrayList<>();

	private Process process;

	private RedisClient client;

	private StatefulRedisConnection<String, String> connection;

	private StatefulRedisSentinelConnection<String, String> sentinel;

	private RedisProcess(List<String> options) {
		Path configuration = this.directory.resolve("redis.conf");
		List<String> lines = new ArrayList<>(options);
		lines.add("port " + this.port);
		lines.add("bind 127.0.0.1");
		lines.add("dir " + this.directory);
		write(configuration, lines);
		this.command.add(RedisExecutable.FILE.getPath());
		this.command.add(configuration.toString());
		if (options.stream().anyMatch((option) -> option.startsWith("sentinel "))) {
			this.command.add(SENTINEL);
		}
		Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
		start();
	}

	/**
	 * Starts a server that keeps its data in memory only, unless the options say
	 * otherwise.
	 * @param options lines of its configuration
	 * @return the server, which answers
	 */
	public static RedisProcess server(String... options) {
		List<String> lines = new ArrayList<>(
				List.of("save \"\"", "repl-diskless-sync yes", "repl-diskless-sync-delay 0", "repl-timeout 10"));
		lines.addAll(List.of(options));
		return new RedisProcess(lines);
	}

	/**
	 * Starts a sentinel that watches a server.
	 * @param name what the server and its replicas are called
	 * @param master the server
	 * @param quorum how many sentinels must agree that it is down
	 * @return the sentinel, which answers
	 */
	public static RedisProcess sentinel(String name, RedisProcess master, int quorum) {
		return new RedisProcess(List.of("sentinel monitor " + name + " 127.0.0.1 " + master.port + " " + quorum,
				"sentinel down-after-milliseconds " + name + " 1000", "sentinel failover-timeout " + name + " 3000"));
	}

	public String host() {
		return "127.0.0.1";
	}

	public int port() {
		return this.port;
	}

	public String address() {
		return host() + ":" + this.port;
	}

	/**
	 * Returns a connection for whatever a test needs to do behind the store's back.
	 * @return its commands
	 */
	public RedisCommands<String, String> commands() {
		return this.connection.sync();
	}

	/**
	 * Returns a connection to ask what this sentinel knows.
	 * @return its commands
	 */
	public RedisSentinelCommands<String, String> sentinel() {
		return this.sentinel.sync();
	}

	/**
	 * Kills the server as a power failure would.
	 */
	public void kill() {
		disconnect();
		this.process.destroyForcibly();
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Starts the server again with what it had written to disk.
	 */
	public void start() {
		try {
			this.process = new ProcessBuilder(this.command).redirectErrorStream(true)
				.redirectOutput(this.directory.resolve("redis.log").toFile())
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.client = RedisClient.create(RedisURI.create(host(), this.port));
		Awaitility.await().atMost(START_TIMEOUT).ignoreExceptions().untilAsserted(this::connect);
	}

	private void connect() {
		if (this.command.contains(SENTINEL)) {
			this.sentinel = this.client.connectSentinel(RedisURI.create(host(), this.port));
			this.sentinel.sync().ping();
		}
		else {
			this.connection = this.client.connect(BYTES_AS_TEXT);
			this.connection.sync().ping();
		}
	}

	/**
	 * Deletes what the server had written to disk, while it is down.
	 */
	public void wipe() {
		// A file up to Redis 6.2, a folder since
		for (String name : List.of("appendonly.aof", "appendonlydir", "dump.rdb")) {
			try {
				FileSystemUtils.deleteRecursively(this.directory.resolve(name));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/**
	 * Stops the server from doing anything, while its connections stay open.
	 */
	public void freeze() {
		signal("STOP");
	}

	/**
	 * Lets the server go on after {@link #freeze()}.
	 */
	public void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			new ProcessBuilder("kill", "-" + name, Long.toString(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void disconnect() {
		if (this.client != null) {
			this.client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
			this.client = null;
		}
	}

	@Override
	public void close() {
		kill();
	}

	private static int freePort() {
		while (true) {
			try (ServerSocket socket = new ServerSocket(0)) {
				int port = socket.getLocalPort();
				if (port + BUS_OFFSET <= MAX_PORT && isFree(port + BUS_OFFSET)) {
					return port;
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port)) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Path directory() {
		try {
			Path directory = Files.createTempDirectory("redis");
			directory.toFile().deleteOnExit();
			return directory;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void write(Path file, List<String> lines) {
		try {
			Files.write(file, lines);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
