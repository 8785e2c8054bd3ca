package io.github.oauth2state.logout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * A provider at which everybody is signed in as whom they say they are, in a session that
 * they name: {@code alice/s1} is Alice in session {@code s1}, and {@code alice} is Alice
 * at a provider that names no sessions.
 */
final class LogoutProvider implements AutoCloseable {

	static {
		// Else each answer waits for an acknowledgement
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	private static final LogoutProvider SHARED = new LogoutProvider();

	private final RSAKey key = newKey();

	private final HttpServer server;

	private final Map<String, Login> codes = new ConcurrentHashMap<>();

	private final Map<String, Login> refreshTokens = new ConcurrentHashMap<>();

	private final Set<String> refused = ConcurrentHashMap.newKeySet();

	private final AtomicInteger refreshes = new AtomicInteger();

	LogoutProvider() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, "provider");
			thread.setDaemon(true);
			return thread;
		}));
		this.server.createContext("/.well-known/openid-configuration", this::metadata);
		this.server.createContext("/oauth2/authorize", this::authorize);
		this.server.createContext("/token", this::token);
		this.server.createContext("/jwks",
				(exchange) -> answer(exchange, 200, new JWKSet(this.key.toPublicJWK()).toJSONObject(true)));
		this.server.start();
	}

	/**
	 * Returns the provider of all tests of this JVM.
	 */
	static LogoutProvider shared() {
		return SHARED;
	}

	String issuer() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	/**
	 * Returns a logout token that names nobody yet.
	 */
	LogoutToken logout() {
		return logout("app");
	}

	LogoutToken logout(String client) {
		return new LogoutToken(issuer(), client, this.key);
	}

	/**
	 * Refuses a user's refresh tokens from now on.
	 */
	void refuseRefreshes(String user) {
		this.refused.add(user);
	}

	/**
	 * Returns how often a refresh token was sent since the last call.
	 */
	int takeRefreshes() {
		return this.refreshes.getAndSet(0);
	}

	/**
	 * Makes a key that the provider does not publish.
	 */
	static RSAKey newKey() {
		try {
			return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String keyId() {
		return this.key.getKeyID();
	}

	private void metadata(HttpExchange exchange) throws IOException {
		answer(exchange, 200, Map.of("issuer", issuer(), "authorization_endpoint", issuer() + "/oauth2/authorize",
				"token_endpoint", issuer() + "/token", "jwks_uri", issuer() + "/jwks", "response_types_supported",
				List.of("code"), "subject_types_supported", List.of("public"), "id_token_signing_alg_values_supported",
				List.of("RS256"), "backchannel_logout_supported", true, "backchannel_logout_session_supported", true));
	}

	private void authorize(HttpExchange exchange) throws IOException {
		Map<String, String> query = form(exchange.getRequestURI().getRawQuery());
		String[] user = exchange.getRequestHeaders().getFirst("X-User").split("/", 2);
		String code = UUID.randomUUID().toString();
		this.codes.put(code,
				new Login(user[0], (user.length > 1) ? user[1] : null, query.get("client_id"), query.get("nonce")));
		String state = exchange.getRequestURI().getRawQuery().replaceFirst("(^|.*&)state=([^&]*).*", "$2");
		exchange.getResponseHeaders().add("Location", query.get("redirect_uri") + "?code=" + code + "&state=" + state);
		exchange.sendResponseHeaders(302, -1);
		exchange.close();
	}

	private void token(HttpExchange exchange) throws IOException {
		Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
		boolean refresh = form.get("grant_type").equals("refresh_token");
		Login login = refresh ? this.refreshTokens.get(form.get("refresh_token")) : this.codes.remove(form.get("code"));
		if (refresh) {
			this.refreshes.incrementAndGet();
		}
		if (login == null || (refresh && this.refused.contains(login.user()))) {
			answer(exchange, 400, Map.of("error", "invalid_grant"));
			return;
		}
		String refreshToken = UUID.randomUUID().toString();
		this.refreshTokens.put(refreshToken, login);
		answer(exchange, 200, Map.of("access_token", UUID.randomUUID().toString(), "token_type", "Bearer", "expires_in",
				600, "refresh_token", refreshToken, "id_token", idToken(login)));
	}

	private String idToken(Login login) {
		try {
			SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(keyId()).build(),
					new JWTClaimsSet.Builder().issuer(issuer())
						.subject(login.user())
						.audience(login.client())
						.claim("sid", login.session())
						.claim("nonce", login.nonce())
						.claim("iat", Instant.now().getEpochSecond())
						.claim("exp", Instant.now().plus(Duration.ofMinutes(10)).getEpochSecond())
						.build());
			token.sign(new RSASSASigner(this.key));
			return token.serialize();
		}
		catch (JOSEException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void answer(HttpExchange exchange, int status, Map<String, Object> json) throws IOException {
		byte[] body = JSONObjectUtils.toJSONString(json).getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(status, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	private static Map<String, String> form(String text) {
		return Arrays.stream(text.split("&"))
			.map((pair) -> pair.split("=", 2))
			.collect(Collectors.toMap((pair) -> pair[0], (pair) -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * A login that a code or a refresh token stands for.
	 */
	private record Login(String user, @Nullable String session, String client, @Nullable String nonce) {
	}

}
