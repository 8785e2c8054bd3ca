package io.github.oauth2state.demo.check;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cookie as a browser keeps it: for a host, whatever its port.
 *
 * @param name its name
 * @param value its value
 * @param host the host that set it; cookies for whole domains are not needed here
 * @param path the path it is sent to, and everything below
 * @param secure whether it is sent over HTTPS only
 * @param expires when it is dropped; a session cookie never is
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6265#section-5.2">RFC 6265, section
 * 5.2</a>
 */
record Cookie(String name, String value, String host, String path, boolean secure, Instant expires) {

	/**
	 * Reads a {@code Set-Cookie} header.
	 * @param header its value
	 * @param from the URL that answered with it
	 * @param now the time it came
	 * @return the cookie, or empty if a browser would refuse it
	 */
	static Optional<Cookie> parse(String header, URI from, Instant now) {
		String[] parts = header.split(";", -1);
		int equals = parts[0].indexOf('=');
		if (equals < 1) {
			return Optional.empty();
		}
		Map<String, String> attributes = attributes(parts);
		Cookie cookie = new Cookie(parts[0].substring(0, equals).trim(), parts[0].substring(equals + 1).trim(),
				from.getHost(), path(attributes, from), attributes.containsKey("secure"), expires(attributes, now));
		return cookie.isAcceptable(attributes, from) ? Optional.of(cookie) : Optional.empty();
	}

	private static Map<String, String> attributes(String[] parts) {
		Map<String, String> attributes = new HashMap<>();
		for (int i = 1; i < parts.length; i++) {
			String[] attribute = parts[i].split("=", 2);
			attributes.put(attribute[0].trim().toLowerCase(Locale.ROOT),
					(attribute.length == 2) ? attribute[1].trim() : "");
		}
		return attributes;
	}

	private static String path(Map<String, String> attributes, URI from) {
		String path = attributes.getOrDefault("path", "");
		if (path.startsWith("/")) {
			return path;
		}
		int slash = from.getPath().lastIndexOf('/');
		return (slash > 0) ? from.getPath().substring(0, slash) : "/";
	}

	private static Instant expires(Map<String, String> attributes, Instant now) {
		try {
			if (attributes.containsKey("max-age")) {
				return now.plus(Duration.ofSeconds(Long.parseLong(attributes.get("max-age"))));
			}
			if (attributes.containsKey("expires")) {
				return DateTimeFormatter.RFC_1123_DATE_TIME.parse(attributes.get("expires"), Instant::from);
			}
		}
		catch (NumberFormatException | ArithmeticException | DateTimeException ex) {
			// Browsers pass over what they cannot read.
		}
		return Instant.MAX;
	}

	private boolean isAcceptable(Map<String, String> attributes, URI from) {
		if (this.secure && !"https".equals(from.getScheme())) {
			return false;
		}
		if (attributes.containsKey("domain") && !this.host.equals(attributes.get("domain"))) {
			return false;
		}
		if (this.name.startsWith("__Host-")) {
			return this.secure && "/".equals(attributes.get("path")) && !attributes.containsKey("domain");
		}
		return this.secure || !this.name.startsWith("__Secure-");
	}

	boolean isExpired(Instant now) {
		return !now.isBefore(this.expires);
	}

	boolean isSentTo(URI uri) {
		return this.host.equals(uri.getHost()) && (!this.secure || "https".equals(uri.getScheme()))
				&& coversPath(uri.getPath());
	}

	private boolean coversPath(String requested) {
		String directory = this.path.endsWith("/") ? this.path : this.path + "/";
		return requested.equals(this.path) || requested.startsWith(directory) || "/".equals(this.path);
	}

	/**
	 * Tells whether this cookie takes the place of another.
	 * @param other the other
	 * @return whether they have the same identity
	 */
	boolean replaces(Cookie other) {
		return this.name.equals(other.name) && this.host.equals(other.host) && this.path.equals(other.path);
	}

}
