package io.github.oauth2state.backends;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.FlushMode;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import redis.embedded.RedisServer;

/**
 * A real Redis, started once per JVM.
 */
public final class TestRedis {

	private static final int PORT = 6379;

	private static final Pattern COMMAND_STATISTICS = Pattern.compile("cmdstat_(?<command>[^:]+):calls=(?<calls>\\d+)");

	private final String host;

	private final int port;

	private final RedisCommands<String, String> commands;

	private TestRedis(String host, int port) {
		this.host = host;
		this.port = port;
		this.commands = RedisClient.create(RedisURI.create(host, port)).connect().sync();
	}

	/**
	 * Returns the server of this JVM.
	 * @return the server, started
	 */
	public static TestRedis instance() {
		return Holder.INSTANCE;
	}

	public String host() {
		return this.host;
	}

	public int port() {
		return this.port;
	}

	public String url() {
		return "redis://" + this.host + ":" + this.port;
	}

	/**
	 * Returns a connection for whatever a test needs to do behind the store's back.
	 * @return its commands
	 */
	public RedisCommands<String, String> commands() {
		return this.commands;
	}

	/**
	 * Removes all data, and returns when its memory is free. Valkey would free it later.
	 */
	public void flush() {
		this.commands.flushall(FlushMode.SYNC);
	}

	/**
	 * Returns how often each command was called, as the server counted, apart from the
	 * counting.
	 * @param work what to count
	 * @return calls by the command's name in lower case
	 */
	public Map<String, Integer> callsDuring(Runnable work) {
		this.commands.configResetstat();
		work.run();
		Map<String, Integer> calls = new TreeMap<>();
		Matcher matcher = COMMAND_STATISTICS.matcher(this.commands.info("commandstats"));
		while (matcher.find()) {
			calls.put(matcher.group("command"), Integer.valueOf(matcher.group("calls")));
		}
		calls.keySet().removeIf((command) -> command.startsWith("config"));
		return calls;
	}

	/**
	 * Returns the memory that data takes, as the server tells.
	 * @return the bytes
	 */
	public long usedMemory() {
		return statistic("memory", "used_memory");
	}

	/**
	 * Returns a number that the server tells about itself.
	 * @param section the section of {@code INFO}
	 * @param name the name of the number
	 * @return the number
	 */
	public long statistic(String section, String name) {
		Matcher matcher = Pattern.compile("(?m)^" + name + ":(\\d+)").matcher(this.commands.info(section));
		if (!matcher.find()) {
			throw new IllegalStateException("The server does not tell " + name);
		}
		return Long.parseLong(matcher.group(1));
	}

	private static TestRedis start() {
		TestRedis redis = TestBackends.docker() ? startContainer() : startEmbedded();
		return TestBackends.started(redis.version(), redis);
	}

	/**
	 * Valkey tells two versions: its own, and that of a Redis that has the same commands.
	 */
	private String version() {
		String server = this.commands.info("server");
		Matcher valkey = Pattern.compile("valkey_version:(\\S+)").matcher(server);
		if (valkey.find()) {
			return "Valkey " + valkey.group(1);
		}
		Matcher redis = Pattern.compile("redis_version:(\\S+)").matcher(server);
		return "Redis " + (redis.find() ? redis.group(1) : "of unknown version");
	}

	@SuppressWarnings("resource")
	private static TestRedis startContainer() {
		GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse("redis:7-alpine"))
			.withExposedPorts(PORT);
		container.start();
		return new TestRedis(container.getHost(), container.getMappedPort(PORT));
	}

	private static TestRedis startEmbedded() {
		try {
			int port = freePort();
			RedisServer.newRedisServer()
				.executableProvider(() -> RedisExecutable.FILE)
				.port(port)
				.setting("save \"\"")
				.build()
				.start();
			return new TestRedis("localhost", port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static final class Holder {

		private static final TestRedis INSTANCE = start();

	}

}
