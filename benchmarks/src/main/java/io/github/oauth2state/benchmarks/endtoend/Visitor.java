package io.github.oauth2state.benchmarks.endtoend;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import org.springframework.web.util.UriComponentsBuilder;

/**
 * A browser that logs in once.
 */
final class Visitor {

	private static final String BEGIN = "/oauth2/authorization/" + ReferenceApp.REGISTRATION;

	private static final String CALLBACK = "/login/oauth2/code/" + ReferenceApp.REGISTRATION;

	private final HttpConnection connection;

	private final String address;

	private final Map<String, String> cookies = new LinkedHashMap<>();

	private String location = "";

	private long begin;

	private long callback;

	Visitor(HttpConnection connection, String address) {
		this.connection = connection;
		this.address = address;
	}

	/**
	 * Each visitor has an address of its own, as otherwise all of them look like one
	 * browser.
	 */
	static String randomAddress() {
		int number = ThreadLocalRandom.current().nextInt();
		return "10." + (number & 0xff) + "." + ((number >> 8) & 0xff) + "." + ((number >> 16) & 0xff);
	}

	/**
	 * Logs in.
	 * @param page the page that the visitor asks for first, or an empty text
	 * @throws IllegalStateException if that does not work
	 */
	void logIn(String page) {
		begin(page);
		complete();
	}

	/**
	 * Begins to log in.
	 * @param page the page that the visitor asks for first, or an empty text
	 */
	void begin(String page) {
		if (!page.isEmpty()) {
			expect(get(page), BEGIN);
		}
		long started = System.nanoTime();
		HttpConnection.Answer provider = get(BEGIN);
		this.begin = System.nanoTime() - started;
		this.location = expect(provider, "https://id.example.com/");
	}

	/**
	 * Comes back from the provider.
	 */
	void complete() {
		Map<String, String> parameters = UriComponentsBuilder.fromUriString(this.location)
			.build()
			.getQueryParams()
			.toSingleValueMap();
		// The provider of the app takes the nonce out of the code
		String callback = CALLBACK + "?code=" + parameters.get("nonce") + "&state=" + parameters.get("state");
		long started = System.nanoTime();
		HttpConnection.Answer done = get(callback);
		this.callback = System.nanoTime() - started;
		expect(done, "/");
		if (done.location().contains("error")) {
			throw new IllegalStateException("The login failed: " + done.location());
		}
	}

	private static String expect(HttpConnection.Answer answer, String location) {
		String actual = answer.location();
		String path = actual.startsWith("http://127.0.0.1") ? actual.substring(actual.indexOf('/', 8)) : actual;
		if (answer.status() != 302 || !path.startsWith(location)) {
			throw new IllegalStateException("Not redirected to " + location + ": " + answer.status() + " " + actual);
		}
		return path;
	}

	private HttpConnection.Answer get(String path) {
		HttpConnection.Answer answer = this.connection.get(path, this.address,
				this.cookies.entrySet()
					.stream()
					.map((cookie) -> cookie.getKey() + "=" + cookie.getValue())
					.collect(Collectors.joining("; ")));
		for (String cookie : answer.cookies()) {
			int value = cookie.indexOf('=');
			int end = cookie.indexOf(';');
			this.cookies.put(cookie.substring(0, value), cookie.substring(value + 1, (end < 0) ? cookie.length() : end));
		}
		return answer;
	}

	/**
	 * Returns how long the app took to answer the request that began the login, in
	 * nanoseconds.
	 */
	long begin() {
		return this.begin;
	}

	/**
	 * Returns how long the app took to answer the callback, in nanoseconds.
	 */
	long callback() {
		return this.callback;
	}

}
