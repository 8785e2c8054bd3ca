package io.github.oauth2state.login.servlet;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * A request for the page, as the browser that sends a callback would send it. Code and
 * state of the callback must not get into the session.
 */
final class PageRequest extends HttpServletRequestWrapper {

	private static final Set<String> LEFT_OUT = Set.of("content-length", "content-type", "transfer-encoding", "origin",
			"referer");

	private final String path;

	private final @Nullable String query;

	PageRequest(HttpServletRequest request, String page) {
		super(request);
		String[] parts = page.split("\\?", 2);
		this.path = parts[0];
		this.query = (parts.length > 1) ? parts[1] : null;
	}

	@Override
	public String getMethod() {
		return HttpMethod.GET.name();
	}

	@Override
	public String getRequestURI() {
		return this.path;
	}

	@Override
	public StringBuffer getRequestURL() {
		StringBuffer current = super.getRequestURL();
		int pathLength = super.getRequestURI().length();
		return current.replace(current.length() - pathLength, current.length(), this.path);
	}

	@Override
	public @Nullable String getQueryString() {
		return this.query;
	}

	@Override
	public String getServletPath() {
		String context = getContextPath();
		return this.path.startsWith(context) ? this.path.substring(context.length()) : this.path;
	}

	@Override
	public @Nullable String getPathInfo() {
		return null;
	}

	/**
	 * Those of the query only.
	 */
	@Override
	public Map<String, String[]> getParameterMap() {
		Map<String, String[]> parameters = new LinkedHashMap<>();
		for (String pair : (this.query != null) ? this.query.split("&") : new String[0]) {
			String[] parts = pair.split("=", 2);
			if (!parts[0].isEmpty()) {
				parameters.merge(decode(parts[0]), new String[] { decode((parts.length > 1) ? parts[1] : "") },
						(one, two) -> Stream.of(one, two).flatMap(Stream::of).toArray(String[]::new));
			}
		}
		return parameters;
	}

	private static String decode(String text) {
		try {
			return URLDecoder.decode(text, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return text;
		}
	}

	@Override
	public Enumeration<String> getHeaderNames() {
		return Collections.enumeration(Collections.list(super.getHeaderNames())
			.stream()
			.filter((name) -> !LEFT_OUT.contains(name.toLowerCase(Locale.ROOT)))
			.toList());
	}

}
