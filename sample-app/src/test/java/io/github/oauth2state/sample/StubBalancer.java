package io.github.oauth2state.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Two instances behind a balancer, of which all that is called is
 * {@code /api/token-info}: the first call refreshes, the others share.
 */
final class StubBalancer implements AutoCloseable {

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger count = new AtomicInteger();

	private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();

	private volatile List<String> names = List.of("one", "two");

	private volatile int status = 200;

	StubBalancer() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	String uri() {
		return "http://localhost:" + port();
	}

	/**
	 * Says how to answer from now on.
	 * @param status the status
	 * @param names the names of the instances
	 */
	void answer(int status, String... names) {
		this.status = status;
		this.names = List.of(names);
		this.count.set(0);
		this.headers.clear();
	}

	/**
	 * Returns the headers of every call.
	 */
	List<Map<String, List<String>>> calls() {
		return this.headers;
	}

	private void answer(HttpExchange exchange) throws IOException {
		this.headers.add(Map.copyOf(exchange.getRequestHeaders()));
		int call = this.count.getAndIncrement();
		List<String> instances = this.names;
		byte[] content = """
				{"expiresAt": "2030-01-01T00:00:00Z", "access": "0123456789ab", "instance": "%s", "obtained": "%s"}
				""".formatted(instances.get(call % instances.size()), (call == 0) ? "refreshed" : "shared")
			.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Location", "/elsewhere");
		boolean found = exchange.getRequestURI().getPath().equals("/api/token-info");
		exchange.sendResponseHeaders(found ? this.status : 404, content.length);
		exchange.getResponseBody().write(content);
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
