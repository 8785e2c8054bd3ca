package io.github.oauth2state.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An identity provider that can be discovered, which is all that starting the app needs,
 * and that answers calls of its token endpoint as it is told.
 */
final class StubIssuer implements AutoCloseable {

	private final HttpServer server;

	private final String more;

	private final AtomicInteger tokenCalls = new AtomicInteger();

	private volatile int tokenStatus = 500;

	private volatile String tokenAnswer = "{}";

	StubIssuer() {
		this("");
	}

	private StubIssuer(String more) {
		this.more = more;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/.well-known/openid-configuration", this::metadata);
		this.server.createContext("/token", this::token);
		this.server.start();
	}

	/**
	 * Returns an issuer where users can log out.
	 */
	static StubIssuer withLogout() {
		return new StubIssuer("\"end_session_endpoint\": \"%1$s/logout\",");
	}

	String uri() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	/**
	 * Says how calls of the token endpoint are to be answered from now on.
	 * @param status the status
	 * @param json the content
	 */
	void answerTokenCalls(int status, String json) {
		this.tokenStatus = status;
		this.tokenAnswer = json;
	}

	/**
	 * Returns how often the token endpoint was called, and starts anew.
	 */
	int takeTokenCalls() {
		return this.tokenCalls.getAndSet(0);
	}

	private void token(HttpExchange exchange) throws IOException {
		this.tokenCalls.incrementAndGet();
		answer(exchange, this.tokenStatus, this.tokenAnswer);
	}

	private void metadata(HttpExchange exchange) throws IOException {
		answer(exchange, 200, ("""
				{
				""" + this.more + """
					"issuer": "%1$s",
					"authorization_endpoint": "%1$s/authorize",
					"token_endpoint": "%1$s/token",
					"jwks_uri": "%1$s/jwks",
					"subject_types_supported": ["public"],
					"response_types_supported": ["code"],
					"id_token_signing_alg_values_supported": ["RS256"]
				}
				""").formatted(uri()));
	}

	private static void answer(HttpExchange exchange, int status, String json) throws IOException {
		exchange.getRequestBody().readAllBytes();
		byte[] content = json.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, content.length);
		exchange.getResponseBody().write(content);
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
