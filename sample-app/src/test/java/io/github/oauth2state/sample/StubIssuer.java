package io.github.oauth2state.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * An identity provider that can only be discovered, which is all that starting the app
 * needs.
 */
final class StubIssuer implements AutoCloseable {

	private final HttpServer server;

	StubIssuer() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/.well-known/openid-configuration", this::metadata);
		this.server.start();
	}

	String uri() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	private void metadata(HttpExchange exchange) throws IOException {
		byte[] metadata = """
				{
					"issuer": "%1$s",
					"authorization_endpoint": "%1$s/authorize",
					"token_endpoint": "%1$s/token",
					"jwks_uri": "%1$s/jwks",
					"subject_types_supported": ["public"],
					"response_types_supported": ["code"],
					"id_token_signing_alg_values_supported": ["RS256"]
				}
				""".formatted(uri()).getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", "application/json");
		exchange.sendResponseHeaders(200, metadata.length);
		exchange.getResponseBody().write(metadata);
		exchange.close();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
