package io.github.oauth2state.web;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.http.HttpHeaders;
import org.springframework.util.StringUtils;

/**
 * Reads the cookies whose names browsers protect by a prefix (RFC 6265bis, section 4.1.3)
 * from the header, exactly as the browser wrote them. Servers are lenient: Netty skips a
 * comma before a name. Another host can set a cookie whose name begins with a comma, and
 * it must not count as the one whose name follows.
 */
final class ProtectedCookies {

	private ProtectedCookies() {
	}

	static Map<String, String> of(WebExchange exchange) {
		return read(exchange.cookies(), exchange.headers(HttpHeaders.COOKIE));
	}

	/**
	 * Returns the cookies of a request.
	 * @param cookies the cookies as the server read them, by name
	 * @param headers the values of the header {@code Cookie}, none if something other
	 * than the server supplies the cookies
	 * @return the cookies, the protected ones as the header has them
	 */
	static Map<String, String> read(Map<String, String> cookies, List<String> headers) {
		if (headers.isEmpty() || cookies.keySet().stream().noneMatch(ProtectedCookies::isProtected)) {
			return cookies;
		}
		Map<String, String> read = new HashMap<>(cookies);
		read.keySet().removeIf(ProtectedCookies::isProtected);
		for (String header : headers) {
			for (String pair : StringUtils.delimitedListToStringArray(header, ";")) {
				int start = start(pair);
				int end = pair.indexOf('=', start);
				String name = (end > 0) ? pair.substring(start, end) : "";
				if (isProtected(name) && cookies.containsKey(name)) {
					read.putIfAbsent(name, pair.substring(end + 1).strip());
				}
			}
		}
		return read;
	}

	private static int start(String pair) {
		int start = 0;
		while (start < pair.length() && (pair.charAt(start) == ' ' || pair.charAt(start) == '\t')) {
			start++;
		}
		return start;
	}

	private static boolean isProtected(String name) {
		return name.startsWith("__Host-") || name.startsWith("__Secure-");
	}

}
