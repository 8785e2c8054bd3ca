package io.github.oauth2state.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * What a request is for, as far as its headers say.
 */
final class RequestPurpose {

	static final List<String> HEADERS = List.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz");

	private static final Set<String> PAGE_MODES = Set.of("navigate", "nested-navigate");

	private static final Set<String> PAGE_DESTINATIONS = Set.of("document", "iframe", "frame", "object", "embed",
			"fencedframe");

	private static final Set<String> PREFETCH_PURPOSES = Set.of("prefetch", "prerender", "preview");

	/**
	 * Longer than any browser's, and short enough to look at.
	 */
	private static final int MAX_LENGTH = 128;

	private RequestPurpose() {
	}

	static boolean isNavigation(WebExchange exchange) {
		String mode = exchange.header("Sec-Fetch-Mode");
		String destination = exchange.header("Sec-Fetch-Dest");
		if (mode != null || destination != null) {
			return isOneOf(mode, PAGE_MODES) || isOneOf(destination, PAGE_DESTINATIONS);
		}
		return !"XMLHttpRequest".equalsIgnoreCase(exchange.header("X-Requested-With"))
				&& !wantsJson(exchange.header(HttpHeaders.ACCEPT));
	}

	private static boolean isOneOf(@Nullable String value, Set<String> values) {
		return value != null && values.contains(value.strip().toLowerCase(Locale.ROOT));
	}

	private static boolean wantsJson(@Nullable String accept) {
		if (accept == null) {
			return false;
		}
		try {
			boolean json = false;
			for (MediaType type : MediaType.parseMediaTypes(accept)) {
				if (type.includes(MediaType.TEXT_HTML) || type.includes(MediaType.APPLICATION_XHTML_XML)) {
					return false;
				}
				json |= type.getSubtype().equals("json") || type.getSubtype().endsWith("+json");
			}
			return json;
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
	}

	static boolean isPrefetch(WebExchange exchange) {
		if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
			return false;
		}
		for (String header : HEADERS) {
			if (exchange.header(header) != null
					&& exchange.headers(header).stream().anyMatch(RequestPurpose::isPrefetchPurpose)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Looks for a token in a list of tokens with parameters (RFC 9651). No browser sends
	 * strings in it, which could contain what looks like a token.
	 */
	private static boolean isPrefetchPurpose(String value) {
		if (value.length() > MAX_LENGTH || value.indexOf('"') >= 0) {
			return false;
		}
		for (String member : value.split(",", -1)) {
			String token = member.split(";", 2)[0].strip();
			if (PREFETCH_PURPOSES.contains(token.toLowerCase(Locale.ROOT))) {
				return true;
			}
		}
		return false;
	}

}
