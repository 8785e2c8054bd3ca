package io.github.oauth2state.benchmarks.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * A provider in this process that apps call over HTTP. It signs ID tokens, and it takes
 * the nonce out of the code. Spring Security asks it for tokens and for its keys at each
 * login. Its own CPU time counts as that of the app that calls it.
 */
final class HttpProvider {

	private final HttpServer server;

	private final RSAKey key;

	private final JWSSigner signer;

	private HttpProvider() {
		// Else the body of an answer may wait for the client to acknowledge the headers
		System.setProperty("sun.net.httpserver.nodelay", "true");
		try {
			this.key = new RSAKeyGenerator(2048).keyID("a-key").generate();
			this.signer = new RSASSASigner(this.key);
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String keys = new JWKSet(this.key).toString();
		this.server.createContext("/token", (exchange) -> answer(exchange, tokens(exchange)));
		this.server.createContext("/jwks", (exchange) -> answer(exchange, keys));
		this.server.setExecutor(Executors.newCachedThreadPool((work) -> {
			Thread thread = new Thread(work, "provider");
			thread.setDaemon(true);
			return thread;
		}));
		this.server.start();
	}

	/**
	 * Returns the provider, which runs until the process ends.
	 */
	static HttpProvider instance() {
		return Holder.INSTANCE;
	}

	/**
	 * Returns the properties of an app that calls it. Browsers are not sent to it.
	 */
	List<String> properties() {
		String provider = "spring.security.oauth2.client.provider." + ReferenceApp.REGISTRATION;
		String url = "http://127.0.0.1:" + this.server.getAddress().getPort();
		return List.of(provider + ".token-uri=" + url + "/token", provider + ".jwk-set-uri=" + url + "/jwks");
	}

	private String tokens(HttpExchange exchange) throws IOException {
		String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		String code = UriComponentsBuilder.newInstance().query(form).build().getQueryParams().getFirst("code");
		return """
				{"access_token":"an-access-token","token_type":"Bearer","expires_in":300,"id_token":"%s"}"""
			.formatted(idToken(Objects.requireNonNull(code)));
	}

	private String idToken(String nonce) {
		Instant now = Instant.now();
		SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(this.key.getKeyID()).build(),
				new JWTClaimsSet.Builder().issuer(ReferenceApp.ISSUER)
					.subject("user")
					.audience(ReferenceApp.CLIENT_ID)
					.issueTime(Date.from(now))
					.expirationTime(Date.from(now.plus(Duration.ofMinutes(5))))
					.claim("nonce", nonce)
					.build());
		try {
			token.sign(this.signer);
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
		return token.serialize();
	}

	private static void answer(HttpExchange exchange, String json) throws IOException {
		byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(200, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	private static final class Holder {

		static final HttpProvider INSTANCE = new HttpProvider();

	}

}
