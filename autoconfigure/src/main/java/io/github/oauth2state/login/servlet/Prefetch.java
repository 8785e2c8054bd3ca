package io.github.oauth2state.login.servlet;

import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * Recognizes requests that a browser sends ahead, in case the user goes there: nobody
 * wants to log in yet.
 */
final class Prefetch {

	private static final List<String> HEADERS = List.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz");

	private static final Set<String> PURPOSES = Set.of("prefetch", "prerender", "preview");

	/**
	 * Longer than any browser's, and short enough to look at.
	 */
	private static final int MAX_LENGTH = 128;

	private Prefetch() {
	}

	/**
	 * Tells whether a request was sent ahead. What does not say so clearly is taken for
	 * what it would be without the header, and so is a method that browsers do not send
	 * ahead.
	 */
	static boolean is(HttpServletRequest request) {
		boolean reads = HttpMethod.GET.matches(request.getMethod()) || HttpMethod.HEAD.matches(request.getMethod());
		return reads && HEADERS.stream().anyMatch((header) -> says(request.getHeaders(header)));
	}

	private static boolean says(Enumeration<String> values) {
		boolean says = false;
		while (!says && values.hasMoreElements()) {
			says = isPurpose(values.nextElement());
		}
		return says;
	}

	/**
	 * Looks for a token in a list of those with parameters, as of RFC 9651. None that is
	 * sent has strings, in which there could be what looks like a token.
	 */
	private static boolean isPurpose(String value) {
		if (value.length() > MAX_LENGTH || value.indexOf('"') >= 0) {
			return false;
		}
		for (String member : value.split(",", -1)) {
			String token = member.split(";", 2)[0].strip();
			if (PURPOSES.contains(token.toLowerCase(Locale.ROOT))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Refuses the request. It must not be a success, not even one without content:
	 * browsers keep that, and have nothing to show when the user does go there.
	 */
	static void refuse(HttpServletResponse response) {
		response.setStatus(HttpServletResponse.SC_FORBIDDEN);
		response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
		HEADERS.forEach((header) -> response.addHeader(HttpHeaders.VARY, header));
	}

}
