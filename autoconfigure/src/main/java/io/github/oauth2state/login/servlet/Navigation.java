package io.github.oauth2state.login.servlet;

import java.util.Locale;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Recognizes requests that show no page to a user, such as those of scripts and images. A
 * login that one of them begins cannot be completed: its redirect leads to another site
 * that no user sees.
 */
final class Navigation {

	private static final String MODE = "Sec-Fetch-Mode";

	private static final String DESTINATION = "Sec-Fetch-Dest";

	private static final Set<String> MODES = Set.of("navigate", "nested-navigate");

	private static final Set<String> DESTINATIONS = Set.of("document", "iframe", "frame", "object", "embed",
			"fencedframe");

	private Navigation() {
	}

	/**
	 * Tells whether a user is to see the answer to a request. Browsers say so by Fetch
	 * Metadata; other clients are believed to show pages unless they clearly do not.
	 */
	static boolean is(HttpServletRequest request) {
		String mode = request.getHeader(MODE);
		String destination = request.getHeader(DESTINATION);
		if (mode != null || destination != null) {
			return is(mode, MODES) || is(destination, DESTINATIONS);
		}
		return !"XMLHttpRequest".equalsIgnoreCase(request.getHeader("X-Requested-With"))
				&& !wantsJson(request.getHeader(HttpHeaders.ACCEPT));
	}

	private static boolean is(@Nullable String value, Set<String> values) {
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

}
