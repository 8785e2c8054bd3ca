package io.github.oauth2state.demo.check;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The cookies of one browser. The JDK's own does not do: it writes cookies with
 * {@code Max-Age} in a syntax that servers no longer read, and cannot be copied.
 */
final class CookieJar {

	private final Clock clock;

	private final List<Cookie> cookies;

	CookieJar(Clock clock) {
		this(clock, List.of());
	}

	private CookieJar(Clock clock, List<Cookie> cookies) {
		this.clock = clock;
		this.cookies = new ArrayList<>(cookies);
	}

	CookieJar copy() {
		return new CookieJar(this.clock, this.cookies);
	}

	/**
	 * Keeps, replaces and deletes cookies as an answer says.
	 * @param from the URL that was requested
	 * @param headers the values of its {@code Set-Cookie} headers
	 */
	void accept(URI from, List<String> headers) {
		Instant now = this.clock.instant();
		for (String header : headers) {
			Cookie.parse(header, from, now).ifPresent((cookie) -> {
				this.cookies.removeIf(cookie::replaces);
				this.cookies.add(cookie);
			});
		}
		this.cookies.removeIf((cookie) -> cookie.isExpired(now));
	}

	/**
	 * Returns what to send with a request.
	 * @param to the URL to request
	 * @return the value of its {@code Cookie} header; empty if there is nothing to send
	 */
	String header(URI to) {
		Instant now = this.clock.instant();
		return this.cookies.stream()
			.filter((cookie) -> !cookie.isExpired(now) && cookie.isSentTo(to))
			.sorted(Comparator.comparingInt((Cookie cookie) -> cookie.path().length()).reversed())
			.map((cookie) -> cookie.name() + "=" + cookie.value())
			.collect(Collectors.joining("; "));
	}

}
