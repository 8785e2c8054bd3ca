package io.github.oauth2state.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A balancer that gives one request after the other to the next instance, keeps its
 * connections to them, and tries the next one where a request did not get through. It
 * knows nothing of the instances' health.
 */
final class RetryingBalancer implements Reachable, AutoCloseable {

	private static final Set<String> NOT_PASSED_ON = Set.of("connection", "content-length", "host", "http2-settings",
			"upgrade", "transfer-encoding", "date");

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.followRedirects(HttpClient.Redirect.NEVER)
		.build();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger next = new AtomicInteger();

	private final Map<String, Integer> retries = new TreeMap<>();

	private final List<? extends Reachable> instances;

	private final HttpServer server;

	RetryingBalancer(List<? extends Reachable> instances) {
		this.instances = instances;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/", this::handle);
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	@Override
	public int port() {
		return this.server.getAddress().getPort();
	}

	/**
	 * Returns how often a request was tried again, by why.
	 */
	synchronized Map<String, Integer> retries() {
		return new TreeMap<>(this.retries);
	}

	private synchronized void note(String reason) {
		this.retries.merge(reason, 1, Integer::sum);
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			HttpResponse<byte[]> answer = forward(exchange);
			answer.headers().map().forEach((name, values) -> {
				if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
					values.forEach((value) -> exchange.getResponseHeaders().add(name, value));
				}
			});
			exchange.sendResponseHeaders(answer.statusCode(), (answer.body().length > 0) ? answer.body().length : -1);
			exchange.getResponseBody().write(answer.body());
		}
	}

	private HttpResponse<byte[]> forward(HttpExchange exchange) throws IOException {
		IOException failure = null;
		int first = this.next.getAndIncrement();
		for (int attempt = 0; attempt < this.instances.size(); attempt++) {
			int index = Math.floorMod(first + attempt, this.instances.size());
			try {
				return send(exchange, this.instances.get(index));
			}
			catch (ConnectException ex) {
				note("connection refused");
				failure = ex;
			}
			catch (IOException ex) {
				note("no answer: " + ex.getMessage());
				failure = ex;
			}
		}
		throw new IOException("No instance answers", failure);
	}

	private HttpResponse<byte[]> send(HttpExchange exchange, Reachable instance) throws IOException {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + instance.port() + exchange.getRequestURI()))
			.timeout(Duration.ofSeconds(60));
		exchange.getRequestHeaders().forEach((name, values) -> {
			if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
				values.forEach((value) -> request.header(name, value));
			}
		});
		try {
			return this.client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
