package io.github.oauth2state.logout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * A provider's revocation endpoint, which answers as a test wants.
 */
final class RevocationEndpoint implements AutoCloseable {

	private final HttpServer server;

	private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

	private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();

	volatile String body = "";

	volatile @Nullable CountDownLatch gate;

	RevocationEndpoint() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.createContext("/revoke", this::revoke);
		this.server.setExecutor(Executors.newCachedThreadPool((work) -> {
			Thread thread = new Thread(work);
			thread.setDaemon(true);
			return thread;
		}));
		this.server.start();
	}

	URI uri() {
		return URI.create("http://localhost:" + this.server.getAddress().getPort() + "/revoke");
	}

	/**
	 * Says what the next calls are answered with; later ones with 200. A status of 0
	 * means that the connection ends without an answer.
	 */
	void answer(Integer... next) {
		this.statuses.addAll(List.of(next));
	}

	/**
	 * Waits for the next call.
	 */
	Call awaitCall() {
		try {
			Call call = this.calls.poll(30, TimeUnit.SECONDS);
			if (call == null) {
				throw new IllegalStateException("Nothing was revoked");
			}
			return call;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the tokens of the calls that nobody waited for.
	 */
	List<String> others() {
		return this.calls.stream().map((call) -> call.form().get("token")).toList();
	}

	private void revoke(HttpExchange exchange) throws IOException {
		Map<String, String> form = Arrays
			.stream(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("&", -1))
			.map((pair) -> pair.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
		this.calls.add(new Call(form, exchange.getRequestHeaders().getFirst("Authorization")));
		CountDownLatch closed = this.gate;
		if (closed != null) {
			await(closed);
		}
		Integer status = this.statuses.poll();
		if (status != null && status == 0) {
			exchange.close();
			return;
		}
		byte[] bytes = this.body.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders((status != null) ? status : 200, (bytes.length > 0) ? bytes.length : -1);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	private static void await(CountDownLatch gate) {
		try {
			gate.await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * A call.
	 *
	 * @param form its parameters
	 * @param authorization how the client authenticates, if by a header
	 */
	record Call(Map<String, String> form, @Nullable String authorization) {
	}

}
