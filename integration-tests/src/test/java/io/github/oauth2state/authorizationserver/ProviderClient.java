package io.github.oauth2state.authorizationserver;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What clients and browsers send to a provider.
 */
final class ProviderClient {

	static final String VERIFIER = "v".repeat(64);

	private static final ExecutorService THREADS = Executors.newCachedThreadPool((work) -> {
		Thread thread = new Thread(work, "provider-client");
		thread.setDaemon(true);
		return thread;
	});

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.executor(THREADS)
		.build();

	private final String client;

	private final String user;

	private final @Nullable ClientKey key;

	ProviderClient(String client) {
		this(client, "alice");
	}

	/**
	 * Creates a client.
	 * @param client its id
	 * @param user whose browser it is used with
	 */
	ProviderClient(String client, String user) {
		this(client, user, null);
	}

	/**
	 * Creates a client that authenticates with a key instead of a secret.
	 */
	static ProviderClient withKey(ClientKey key) {
		return new ProviderClient("key", "alice", key);
	}

	private ProviderClient(String client, String user, @Nullable ClientKey key) {
		this.client = client;
		this.user = user;
		this.key = key;
	}

	/**
	 * Returns the parameters of an authorization request.
	 */
	Map<String, String> request() {
		Map<String, String> parameters = new LinkedHashMap<>();
		parameters.put("response_type", "code");
		parameters.put("client_id", this.client);
		parameters.put("redirect_uri", ProviderApp.REDIRECT_URI);
		parameters.put("scope", "openid profile");
		parameters.put("state", "s-1");
		parameters.put("code_challenge", challenge());
		parameters.put("code_challenge_method", "S256");
		return parameters;
	}

	private static String challenge() {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Pushes an authorization request. The server cannot read a few of its own request
	 * URIs: those whose random part contains the delimiter.
	 * @return a request URI that the server can read
	 */
	String push(int port) {
		String uri;
		do {
			uri = json(post(port, "/oauth2/par", request()), "request_uri");
		}
		while (uri.indexOf("___") != uri.lastIndexOf("___"));
		return uri;
	}

	/**
	 * Authorizes the client, and returns the code.
	 */
	String authorize(int port) {
		return code(get(port, "/oauth2/authorize?" + form(request())));
	}

	static String code(HttpResponse<String> response) {
		return parameter(location(response), "code");
	}

	static String location(HttpResponse<String> response) {
		return response.headers()
			.firstValue("Location")
			.orElseThrow(() -> new IllegalStateException(response.statusCode() + " " + response.body()));
	}

	HttpResponse<String> redeem(int port, String code) {
		return redeem(port, code, Map.of());
	}

	HttpResponse<String> redeem(int port, String code, Map<String, String> otherwise) {
		Map<String, String> parameters = new HashMap<>(Map.of("grant_type", "authorization_code", "code", code,
				"redirect_uri", ProviderApp.REDIRECT_URI, "code_verifier", VERIFIER));
		parameters.putAll(otherwise);
		return token(port, parameters);
	}

	HttpResponse<String> refresh(int port, String refreshToken) {
		return token(port, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
	}

	/**
	 * Begins on a device what the user allows in the browser.
	 * @return the device code
	 */
	String authorizeDevice(int port) {
		HttpResponse<String> begun = post(port, "/oauth2/device_authorization", Map.of("scope", "profile"));
		Map<String, String> form = new HashMap<>(Map.of("user_code", json(begun, "user_code")));
		String verified = location(submit(port, "/oauth2/device_verification", form));
		if (verified.contains("state=")) {
			form.putAll(Map.of("client_id", this.client, "state", parameter(verified, "state"), "scope", "profile"));
			submit(port, "/oauth2/device_verification", form);
		}
		return json(begun, "device_code");
	}

	HttpResponse<String> pollDevice(int port, String deviceCode) {
		return token(port,
				Map.of("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", deviceCode));
	}

	private HttpResponse<String> token(int port, Map<String, String> parameters) {
		return post(port, "/oauth2/token", parameters);
	}

	/**
	 * Returns whether a token is active, as the provider tells who asks.
	 */
	boolean isActive(int port, String token) {
		return post(port, "/oauth2/introspect", Map.of("token", token)).body().contains("\"active\":true");
	}

	/**
	 * Posts as the client.
	 */
	HttpResponse<String> post(int port, String path, Map<String, String> parameters) {
		Map<String, String> all = new HashMap<>(parameters);
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
		if (this.client.equals("public")) {
			all.put("client_id", this.client);
		}
		else if (this.key != null) {
			all.put("client_id", this.client);
			all.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
			all.put("client_assertion", this.key.assertion(this.client, "http://127.0.0.1:" + port + "/oauth2/token"));
		}
		else {
			String credentials = this.client + ":secret-" + this.client;
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
		}
		return send(request.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form(all))));
	}

	/**
	 * Posts a form as the user's browser.
	 */
	HttpResponse<String> submit(int port, String path, Map<String, String> parameters) {
		return send(browser(port, path).header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form(parameters))));
	}

	/**
	 * Opens a page in the user's browser.
	 */
	HttpResponse<String> get(int port, String path) {
		return send(browser(port, path));
	}

	private HttpRequest.Builder browser(int port, String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.header("Accept", "text/html")
			.header(ProviderApp.USER_HEADER, this.user);
	}

	private HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (java.io.IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Makes requests that start at the same moment.
	 * @param count how many
	 * @param request makes the one with the given number
	 */
	static List<HttpResponse<String>> together(int count, IntFunction<HttpResponse<String>> request) {
		CountDownLatch ready = new CountDownLatch(count);
		CountDownLatch go = new CountDownLatch(1);
		List<Future<HttpResponse<String>>> futures = new ArrayList<>();
		try {
			for (int i = 0; i < count; i++) {
				int number = i;
				futures.add(THREADS.submit(() -> {
					ready.countDown();
					go.await();
					return request.apply(number);
				}));
			}
			ready.await();
			go.countDown();
			List<HttpResponse<String>> responses = new ArrayList<>();
			for (Future<HttpResponse<String>> future : futures) {
				responses.add(future.get());
			}
			return responses;
		}
		catch (InterruptedException | java.util.concurrent.ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static String form(Map<String, String> parameters) {
		return parameters.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
			.collect(Collectors.joining("&"));
	}

	static String json(HttpResponse<String> response, String name) {
		return find(response.body(), "\"" + name + "\":\"([^\"]+)\"");
	}

	/**
	 * Returns the value of a hidden field of a page.
	 */
	static String hidden(HttpResponse<String> page, String name) {
		return find(page.body(), "name=\"" + name + "\" value=\"([^\"]+)\"");
	}

	static String parameter(String url, String name) {
		return URLDecoder.decode(find(url, "[?&]" + name + "=([^&]+)"), StandardCharsets.UTF_8);
	}

	private static String find(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		if (!matcher.find()) {
			throw new IllegalStateException("No " + pattern + " in " + text);
		}
		return matcher.group(1);
	}

}
