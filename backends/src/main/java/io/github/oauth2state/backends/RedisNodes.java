package io.github.oauth2state.backends;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import org.awaitility.Awaitility;

/**
 * A Redis Cluster of three masters, each with a replica.
 */
public final class RedisNodes implements AutoCloseable {

	private static final int MASTERS = 3;

	private static final int KEYS_AT_ONCE = 10;

	private static final int MIGRATE_TIMEOUT = 5000;

	private final List<RedisProcess> nodes;

	private RedisNodes(List<RedisProcess> nodes) {
		this.nodes = nodes;
	}

	/**
	 * Starts the six nodes.
	 * @param user a user of theirs, as in the configuration of a server
	 * @return the cluster, which serves all slots
	 */
	public static RedisNodes start(String user) {
		RedisNodes cluster = new RedisNodes(IntStream.range(0, 2 * MASTERS)
			.mapToObj((i) -> RedisProcess.server("cluster-enabled yes", "cluster-node-timeout 2000",
					"cluster-replica-validity-factor 0", "cluster-announce-ip 127.0.0.1", user))
			.toList());
		cluster.meet();
		return cluster;
	}

	private void meet() {
		RedisProcess first = this.nodes.get(0);
		this.nodes.stream().skip(1).forEach((node) -> first.commands().clusterMeet(node.host(), node.port()));
		int slots = SlotHash.SLOT_COUNT;
		for (int i = 0; i < MASTERS; i++) {
			this.nodes.get(i)
				.commands()
				.clusterAddSlots(IntStream.range(slots * i / MASTERS, slots * (i + 1) / MASTERS).toArray());
		}
		for (int i = MASTERS; i < this.nodes.size(); i++) {
			RedisCommands<String, String> replica = this.nodes.get(i).commands();
			String master = this.nodes.get(i - MASTERS).commands().clusterMyId();
			Awaitility.await()
				.ignoreExceptionsInstanceOf(RedisException.class)
				.until(() -> replica.clusterReplicate(master).equals("OK"));
		}
		awaitHealthy();
	}

	/**
	 * Waits until all nodes agree that each of three masters has a replica that is up to
	 * date.
	 */
	public void awaitHealthy() {
		Awaitility.await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(this::isHealthy);
	}

	private boolean isHealthy() {
		return this.nodes.stream().allMatch((node) -> {
			List<RedisClusterNode> seen = view(node);
			return node.commands().clusterInfo().contains("cluster_state:ok") && seen.size() == this.nodes.size()
					&& seen.stream().filter(RedisNodes::isMaster).count() == MASTERS
					&& seen.stream()
						.noneMatch((other) -> other.is(RedisClusterNode.NodeFlag.FAIL)
								|| other.is(RedisClusterNode.NodeFlag.EVENTUAL_FAIL));
		}) && masters().stream().allMatch((master) -> master.commands().info("replication").contains("state=online"));
	}

	/**
	 * Returns the nodes that serve slots now.
	 * @return the masters
	 */
	public List<RedisProcess> masters() {
		return this.nodes.stream().filter((node) -> isMaster(self(node))).toList();
	}

	/**
	 * Returns the nodes that serve no slots now.
	 * @return the replicas
	 */
	public List<RedisProcess> replicas() {
		List<RedisProcess> masters = masters();
		return this.nodes.stream().filter((node) -> !masters.contains(node)).toList();
	}

	/**
	 * Tells whether a node serves slots in the eyes of another.
	 * @param node the node
	 * @param witness a node that is up
	 * @return whether it does
	 */
	public boolean isMaster(RedisProcess node, RedisProcess witness) {
		return view(witness).stream().anyMatch((seen) -> seen.getUri().getPort() == node.port() && isMaster(seen));
	}

	/**
	 * Returns the slots that a node serves.
	 * @param master the node
	 * @return the slots
	 */
	public List<Integer> slots(RedisProcess master) {
		return self(master).getSlots();
	}

	/**
	 * Moves a slot and its keys, one after the other, while clients use them.
	 * @param slot the slot
	 * @param from the master that has it
	 * @param to the master that gets it
	 */
	public void move(int slot, RedisProcess from, RedisProcess to) {
		beginMove(slot, from, to);
		finishMove(slot, from, to);
	}

	/**
	 * Begins to move a slot and leaves its keys where they are.
	 * @param slot the slot
	 * @param from the master that has it
	 * @param to the master that gets it
	 */
	public void beginMove(int slot, RedisProcess from, RedisProcess to) {
		to.commands().clusterSetSlotImporting(slot, from.commands().clusterMyId());
		from.commands().clusterSetSlotMigrating(slot, to.commands().clusterMyId());
	}

	/**
	 * Moves the keys of a slot, and then the slot.
	 * @param slot the slot
	 * @param from the master that has it
	 * @param to the master that gets it
	 */
	public void finishMove(int slot, RedisProcess from, RedisProcess to) {
		List<String> keys = from.commands().clusterGetKeysInSlot(slot, KEYS_AT_ONCE);
		while (!keys.isEmpty()) {
			keys.forEach((key) -> from.commands().migrate(to.host(), to.port(), key, 0, MIGRATE_TIMEOUT));
			keys = from.commands().clusterGetKeysInSlot(slot, KEYS_AT_ONCE);
		}
		String id = to.commands().clusterMyId();
		Stream.concat(Stream.of(to, from), masters().stream())
			.distinct()
			.forEach((node) -> node.commands().clusterSetSlotNode(slot, id));
	}

	/**
	 * Returns all nodes as {@code spring.data.redis.cluster.nodes} wants them.
	 * @return addresses with commas between
	 */
	public String addresses() {
		return this.nodes.stream().map(RedisProcess::address).collect(Collectors.joining(","));
	}

	private static RedisClusterNode self(RedisProcess node) {
		return view(node).stream()
			.filter((seen) -> seen.is(RedisClusterNode.NodeFlag.MYSELF))
			.findFirst()
			.orElseThrow();
	}

	private static boolean isMaster(RedisClusterNode node) {
		return node.is(RedisClusterNode.NodeFlag.UPSTREAM) && !node.getSlots().isEmpty();
	}

	private static List<RedisClusterNode> view(RedisProcess node) {
		return ClusterPartitionParser.parse(node.commands().clusterNodes()).getPartitions();
	}

	@Override
	public void close() {
		this.nodes.forEach(RedisProcess::close);
	}

}
