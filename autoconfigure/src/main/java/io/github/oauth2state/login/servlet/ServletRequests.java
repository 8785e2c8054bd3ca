package io.github.oauth2state.login.servlet;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.web.BrowserRequest;

/**
 * Reads what matters from servlet requests.
 */
final class ServletRequests {

	private ServletRequests() {
	}

	static BrowserRequest browser(HttpServletRequest request) {
		String query = request.getQueryString();
		return new BrowserRequest(request.isSecure(),
				(query != null) ? request.getRequestURI() + "?" + query : request.getRequestURI(),
				"cross-site".equals(request.getHeader("Sec-Fetch-Site")), sender(request), System.nanoTime(),
				cookies(request));
	}

	/**
	 * Headers are enough here, also those of proxies that are not trusted.
	 */
	private static int sender(HttpServletRequest request) {
		return Objects.hash(request.getRemoteAddr(), request.getHeader("X-Forwarded-For"),
				request.getHeader(HttpHeaders.USER_AGENT), request.getHeader(HttpHeaders.ACCEPT_LANGUAGE));
	}

	private static Map<String, String> cookies(HttpServletRequest request) {
		Cookie @Nullable [] cookies = request.getCookies();
		if (cookies == null) {
			return Map.of();
		}
		Map<String, String> byName = new HashMap<>();
		for (Cookie cookie : cookies) {
			byName.putIfAbsent(cookie.getName(), cookie.getValue());
		}
		return byName;
	}

	/**
	 * Returns the state of a callback. One that is given twice, for example in the query
	 * and in the body, is ignored.
	 */
	static Optional<String> state(HttpServletRequest request) {
		String[] values = request.getParameterValues(OAuth2ParameterNames.STATE);
		return (values != null && values.length == 1) ? Optional.of(values[0]) : Optional.empty();
	}

	static boolean hasError(HttpServletRequest request) {
		return request.getParameter(OAuth2ParameterNames.ERROR) != null;
	}

	static void addCookies(HttpServletResponse response, Iterable<ResponseCookie> cookies) {
		cookies.forEach((cookie) -> response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString()));
	}

}
