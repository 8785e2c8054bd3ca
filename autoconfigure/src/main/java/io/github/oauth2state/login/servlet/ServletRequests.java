package io.github.oauth2state.login.servlet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.PathContainer;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.login.BrowserRequest;

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
				"cross-site".equals(request.getHeader("Sec-Fetch-Site")), cookies(request));
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
	 * Returns the state of a callback. One that is given twice, say in the query and in
	 * the body, is none.
	 */
	static Optional<String> state(HttpServletRequest request) {
		String[] values = request.getParameterValues(OAuth2ParameterNames.STATE);
		return (values != null && values.length == 1) ? Optional.of(values[0]) : Optional.empty();
	}

	/**
	 * Returns the last segment of the path as Spring Security matches it: decoded, and
	 * without path parameters.
	 */
	static String lastSegment(HttpServletRequest request) {
		String uri = request.getRequestURI();
		List<PathContainer.Element> elements = PathContainer.parsePath(uri.substring(uri.lastIndexOf('/') + 1))
			.elements();
		return (!elements.isEmpty() && elements.get(0) instanceof PathContainer.PathSegment segment)
				? segment.valueToMatch() : "";
	}

	static boolean hasError(HttpServletRequest request) {
		return request.getParameter(OAuth2ParameterNames.ERROR) != null;
	}

	static void addCookies(HttpServletResponse response, Iterable<ResponseCookie> cookies) {
		cookies.forEach((cookie) -> response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString()));
	}

}
