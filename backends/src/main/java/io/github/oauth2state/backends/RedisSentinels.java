package io.github.oauth2state.backends;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;

/**
 * A Redis server with two replicas, and three sentinels that promote one of them.
 */
public final class RedisSentinels implements AutoCloseable {

	private static final String NAME = "primary";

	private static final int REPLICAS = 2;

	private static final int SENTINELS = 3;

	private static final int QUORUM = 2;

	private static final Duration PATIENCE = Duration.ofSeconds(40);

	private final List<RedisProcess> servers;

	private final List<RedisProcess> sentinels;

	private RedisSentinels(List<RedisProcess> servers) {
		this.servers = servers;
		this.sentinels = IntStream.range(0, SENTINELS)
			.mapToObj((i) -> RedisProcess.sentinel(NAME, servers.get(0), QUORUM))
			.toList();
	}

	/**
	 * Starts them.
	 * @param options lines of the configuration of every server
	 * @return the servers and sentinels, which know each other
	 */
	public static RedisSentinels start(String... options) {
		RedisProcess master = RedisProcess.server(options);
		String[] ofReplica = IntStream.rangeClosed(0, options.length)
			.mapToObj((i) -> (i < options.length) ? options[i] : "replicaof " + master.host() + " " + master.port())
			.toArray(String[]::new);
		RedisSentinels started = new RedisSentinels(
				List.of(master, RedisProcess.server(ofReplica), RedisProcess.server(ofReplica)));
		started.awaitHealthy();
		return started;
	}

	/**
	 * Returns what {@code spring.data.redis.sentinel.master} wants.
	 * @return the name of the master
	 */
	public String name() {
		return NAME;
	}

	/**
	 * Returns what {@code spring.data.redis.sentinel.nodes} wants.
	 * @return addresses with commas between
	 */
	public String addresses() {
		return this.sentinels.stream().map(RedisProcess::address).collect(Collectors.joining(","));
	}

	/**
	 * Returns all servers.
	 * @return the master and its replicas
	 */
	public List<RedisProcess> servers() {
		return this.servers;
	}

	/**
	 * Returns the server that is the master now.
	 * @return the master
	 */
	public RedisProcess master() {
		int port = portOfMaster(this.sentinels.get(0));
		return this.servers.stream().filter((server) -> server.port() == port).findFirst().orElseThrow();
	}

	/**
	 * Asks for another master while this one is well.
	 */
	public void failover() {
		this.sentinels.get(0).sentinel().failover(NAME);
	}

	/**
	 * Waits until another server is the master.
	 * @param old the one that was
	 */
	public void awaitOtherMaster(RedisProcess old) {
		Awaitility.await().atMost(PATIENCE).until(() -> master() != old);
	}

	/**
	 * Waits until what was acknowledged is on the replicas too, as it may otherwise be
	 * lost with the master.
	 */
	public void awaitReplicated() {
		if (master().commands().waitForReplication(REPLICAS, PATIENCE.toMillis()) < REPLICAS) {
			throw new IllegalStateException("The replicas do not follow");
		}
	}

	/**
	 * Waits until all sentinels agree on the master and know its replicas.
	 */
	public void awaitHealthy() {
		Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
			RedisProcess master = master();
			return master.commands().info("replication").split("state=online", -1).length == REPLICAS + 1
					&& this.sentinels.stream()
						.allMatch((sentinel) -> portOfMaster(sentinel) == master.port() && isComplete(sentinel));
		});
	}

	private static boolean isComplete(RedisProcess sentinel) {
		String master = sentinel.sentinel().master(NAME).toString();
		return master.contains("num-slaves=" + REPLICAS) && master.contains("num-other-sentinels=" + (SENTINELS - 1))
				&& master.contains("flags=master,");
	}

	private static int portOfMaster(RedisProcess sentinel) {
		return ((InetSocketAddress) sentinel.sentinel().getMasterAddrByName(NAME)).getPort();
	}

	@Override
	public void close() {
		this.sentinels.forEach(RedisProcess::close);
		this.servers.forEach(RedisProcess::close);
	}

}
