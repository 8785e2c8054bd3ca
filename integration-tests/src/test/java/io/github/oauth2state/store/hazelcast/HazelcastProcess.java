package io.github.oauth2state.store.hazelcast;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import com.hazelcast.core.HazelcastInstance;
import com.sun.net.httpserver.HttpServer;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.scenario.JavaProcess;

/**
 * A member in a process of its own. It takes the records that are posted to it, and
 * answers with the outcomes.
 */
public final class HazelcastProcess {

	/**
	 * What it writes before the port to post to.
	 */
	static final String SERVES = "Serves on ";

	static final String TAKEN = "TAKEN";

	static final String ABSENT = "ABSENT";

	private HazelcastProcess() {
	}

	/**
	 * Runs until the process that started it ends, or ends it.
	 * @param args the name of the cluster, its configuration, the port of this member,
	 * and those of all
	 * @throws IOException if it cannot wait for that
	 */
	public static void main(String[] args) throws IOException {
		List<Integer> ports = Arrays.stream(args).skip(3).map(Integer::valueOf).toList();
		HazelcastInstance member = HazelcastMembers.start(args[0], Integer.parseInt(args[2]), ports, args[1]);
		StateStore store = new HazelcastStateStore(RecordCache.open(member), Duration.ofSeconds(2));
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.setExecutor(Executors.newCachedThreadPool());
		server.createContext("/", (exchange) -> {
			String name = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
			byte[] outcome = take(store, name).getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, outcome.length);
			exchange.getResponseBody().write(outcome);
			exchange.close();
		});
		server.start();
		System.out.println(SERVES + server.getAddress().getPort());
		JavaProcess.endWithParent();
	}

	static String take(StateStore store, String name) {
		try {
			return store.take(key(name)).map((value) -> TAKEN).orElse(ABSENT);
		}
		catch (StateStoreException ex) {
			return ex.getReason().name();
		}
	}

	static StateKey key(String name) {
		return StateKey.of("app", "test", name);
	}

	/**
	 * Puts records, which are then in the store for certain.
	 * @return their names
	 */
	static List<String> put(StateStore store, String prefix, int count) {
		List<String> names = IntStream.range(0, count).mapToObj((i) -> prefix + i).toList();
		names.forEach((name) -> store.putIfAbsent(key(name), new byte[500], Duration.ofMinutes(10)));
		return names;
	}

}
