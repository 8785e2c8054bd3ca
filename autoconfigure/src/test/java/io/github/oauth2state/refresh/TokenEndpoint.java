package io.github.oauth2state.refresh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A token endpoint that takes each refresh token once. What it is asked and what it
 * answers can be watched and changed.
 */
final class TokenEndpoint implements AutoCloseable {

	private final HttpServer server;

	private final List<Map<String, String>> calls = new CopyOnWriteArrayList<>();

	private final Map<String, Boolean> spent = new ConcurrentHashMap<>();

	volatile int status = 200;

	volatile String error = "server_error";

	volatile int resourceStatus = 200;

	volatile long delay;

	volatile String additional = "";

	TokenEndpoint() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.server.createContext("/token", this::token);
		this.server.createContext("/resource", this::resource);
		this.server.setExecutor(Executors.newCachedThreadPool());
		this.server.start();
	}

	String uri(String path) {
		return "http://localhost:" + this.server.getAddress().getPort() + path;
	}

	/**
	 * Returns the parameters of the calls since the last time.
	 */
	List<Map<String, String>> takeCalls() {
		List<Map<String, String>> taken = List.copyOf(this.calls);
		this.calls.clear();
		return taken;
	}

	private void token(HttpExchange exchange) throws IOException {
		Map<String, String> form = Arrays
			.stream(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).split("&", -1))
			.map((pair) -> pair.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
		this.calls.add(form);
		Together.sleep(this.delay);
		String refreshToken = form.getOrDefault("refresh_token", "none");
		if (this.status != 200) {
			answer(exchange, this.status, "{\"error\":\"" + this.error + "\"}");
		}
		else if (!refreshToken.equals("none") && this.spent.put(refreshToken, true) != null) {
			answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
		}
		else {
			answer(exchange, 200, """
					{"access_token":"access-%s-%d","token_type":"Bearer","expires_in":300,"refresh_token":"%s+"%s}"""
				.formatted(refreshToken, System.nanoTime(), refreshToken, this.additional));
		}
	}

	private void resource(HttpExchange exchange) throws IOException {
		answer(exchange, this.resourceStatus, "\"" + exchange.getRequestHeaders().getFirst("Authorization") + "\"");
	}

	private static void answer(HttpExchange exchange, int status, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
