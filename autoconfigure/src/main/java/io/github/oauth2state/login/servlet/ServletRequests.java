package io.github.oauth2state.login.servlet;

import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.web.BrowserRequest;

/**
 * Reads from servlet requests what matters to logins, and adds cookies to the answers.
 */
final class ServletRequests {

	private static final Set<String> PAGE_MODES = Set.of("navigate", "nested-navigate");

	private static final Set<String> PAGE_DESTINATIONS = Set.of("document", "iframe", "frame", "object", "embed",
			"fencedframe");

	private static final List<String> PURPOSE_HEADERS = List.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz");

	private static final Set<String> PREFETCH_PURPOSES = Set.of("prefetch", "prerender", "preview");

	/**
	 * Longer than any browser's, and short enough to look at.
	 */
	private static final int MAX_PURPOSE_LENGTH = 128;

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
	 * Tells senders apart by headers, which need not be those of trusted proxies.
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
	 * Returns the state of a callback. A state that is given twice, for example in the
	 * query and in the body, is ignored.
	 */
	static Optional<String> state(HttpServletRequest request) {
		String[] values = request.getParameterValues(OAuth2ParameterNames.STATE);
		return (values != null && values.length == 1) ? Optional.of(values[0]) : Optional.empty();
	}

	static boolean hasError(HttpServletRequest request) {
		return request.getParameter(OAuth2ParameterNames.ERROR) != null;
	}

	/**
	 * Returns whether a user is to see the answer to a request, which is not so for
	 * scripts and images. A login that they start cannot be completed: its redirect leads
	 * to a page that no user sees. Browsers say so by Fetch Metadata; other clients are
	 * believed to show pages unless they clearly do not.
	 */
	static boolean isNavigation(HttpServletRequest request) {
		String mode = request.getHeader("Sec-Fetch-Mode");
		String destination = request.getHeader("Sec-Fetch-Dest");
		if (mode != null || destination != null) {
			return isOneOf(mode, PAGE_MODES) || isOneOf(destination, PAGE_DESTINATIONS);
		}
		return !"XMLHttpRequest".equalsIgnoreCase(request.getHeader("X-Requested-With"))
				&& !wantsJson(request.getHeader(HttpHeaders.ACCEPT));
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

	/**
	 * Returns whether a browser prefetches a page, in case the user goes there: nobody
	 * wants to log in yet. A header that does not say so clearly is ignored, and so is
	 * one on a method that browsers do not prefetch.
	 */
	static boolean isPrefetch(HttpServletRequest request) {
		boolean reads = HttpMethod.GET.matches(request.getMethod()) || HttpMethod.HEAD.matches(request.getMethod());
		return reads && PURPOSE_HEADERS.stream().anyMatch((header) -> hasPrefetchPurpose(request.getHeaders(header)));
	}

	private static boolean hasPrefetchPurpose(Enumeration<String> values) {
		boolean found = false;
		while (!found && values.hasMoreElements()) {
			found = isPrefetchPurpose(values.nextElement());
		}
		return found;
	}

	/**
	 * Looks for a token in a list of tokens with parameters (RFC 9651). No browser sends
	 * strings in it, which could contain what looks like a token.
	 */
	private static boolean isPrefetchPurpose(String value) {
		if (value.length() > MAX_PURPOSE_LENGTH || value.indexOf('"') >= 0) {
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

	/**
	 * Refuses a prefetch. The answer must not be a success, not even one without content:
	 * browsers keep that, and have nothing to show when the user does go there.
	 */
	static void refusePrefetch(HttpServletResponse response) {
		response.setStatus(HttpServletResponse.SC_FORBIDDEN);
		response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
		PURPOSE_HEADERS.forEach((header) -> response.addHeader(HttpHeaders.VARY, header));
	}

	static void addCookies(HttpServletResponse response, Iterable<ResponseCookie> cookies) {
		cookies.forEach((cookie) -> response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString()));
	}

}
