package io.github.oauth2state.store.hazelcast;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import org.awaitility.Awaitility;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.scenario.JavaProcess;

/**
 * Members of a cluster that find each other on the loopback interface, in the JVM of the
 * tests and in processes.
 */
public final class HazelcastMembers implements AutoCloseable {

	static final String LOOPBACK = "127.0.0.1";

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final String name = "test-" + UUID.randomUUID();

	private final List<Integer> ports;

	private final String configuration;

	private final List<HazelcastInstance> here;

	/**
	 * Starts the members in this JVM, one after the other.
	 * @param size how many members the cluster can have
	 * @param here how many of them are in this JVM
	 * @param configuration in YAML
	 */
	public HazelcastMembers(int size, int here, String configuration) {
		this.configuration = configuration;
		this.ports = freePorts(size);
		this.here = IntStream.range(0, here)
			.mapToObj((i) -> start(this.name, this.ports.get(i), this.ports, configuration))
			.toList();
	}

	/**
	 * Returns the configuration in the documentation.
	 */
	public static String documented() {
		try {
			String page = Files.readString(Path.of("../docs/hazelcast.md"));
			int begin = page.indexOf("```yaml\nhazelcast:") + "```yaml\n".length();
			return page.substring(begin, page.indexOf("```", begin));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static HazelcastInstance start(String name, int port, List<Integer> ports, String configuration) {
		return Hazelcast.newHazelcastInstance(config(name, port, ports, configuration));
	}

	/**
	 * Returns the configuration of a member that is not started yet.
	 */
	public Config config(int number) {
		return config(this.name, this.ports.get(number), this.ports, this.configuration);
	}

	/**
	 * Returns the configuration of a member that notices soon when others do not answer.
	 */
	private static Config config(String name, int port, List<Integer> ports, String configuration) {
		Config config = Config.loadFromString(configuration);
		config.setClusterName(name);
		config.setProperty("hazelcast.logging.type", "slf4j");
		config.setProperty("hazelcast.phone.home.enabled", "false");
		config.setProperty("hazelcast.shutdownhook.enabled", "false");
		config.setProperty("hazelcast.wait.seconds.before.join", "0");
		config.setProperty("hazelcast.partition.count", "31");
		config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
		config.setProperty("hazelcast.max.no.heartbeat.seconds", "5");
		config.setProperty("hazelcast.merge.first.run.delay.seconds", "20");
		config.setProperty("hazelcast.merge.next.run.delay.seconds", "10");
		config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
		config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(LOOPBACK);
		JoinConfig join = config.getNetworkConfig().getJoin();
		join.getMulticastConfig().setEnabled(false);
		join.getAutoDetectionConfig().setEnabled(false);
		join.getTcpIpConfig().setEnabled(true).setMembers(ports.stream().map((each) -> LOOPBACK + ":" + each).toList());
		return config;
	}

	HazelcastInstance here(int number) {
		return this.here.get(number);
	}

	HazelcastStateStore store(int number) {
		return new HazelcastStateStore(RecordCache.open(here(number)), Duration.ofSeconds(2));
	}

	boolean owns(int number, StateKey key) {
		return here(0).getPartitionService()
			.getPartition(key.toByteArray())
			.getOwner()
			.getAddress()
			.getPort() == this.ports.get(number);
	}

	/**
	 * Starts a member in a process, and waits until it has its share of the records.
	 */
	JavaProcess startProcess(int number) {
		JavaProcess process = JavaProcess.start(HazelcastProcess.class, "128m",
				Stream
					.concat(Stream.of(this.name, this.configuration, Integer.toString(this.ports.get(number))),
							this.ports.stream().map(String::valueOf))
					.toList());
		process.awaitLine(HazelcastProcess.SERVES);
		awaitSafe();
		return process;
	}

	void awaitSize(int size) {
		await(() -> this.here.get(0).getCluster().getMembers().size() == size);
	}

	/**
	 * Waits until each record has its backup.
	 */
	void awaitSafe() {
		await(() -> this.here.get(0).getPartitionService().isClusterSafe());
	}

	static void await(Callable<Boolean> condition) {
		Awaitility.await().pollInterval(Duration.ofMillis(50)).atMost(PATIENCE).until(condition);
	}

	/**
	 * Below the ports that the system gives to connections, which may take one before the
	 * member does.
	 */
	private static List<Integer> freePorts(int count) {
		return ThreadLocalRandom.current()
			.ints(10_000, 30_000)
			.distinct()
			.filter(HazelcastMembers::isFree)
			.limit(count)
			.boxed()
			.toList();
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.here.forEach((member) -> member.getLifecycleService().terminate());
	}

}
