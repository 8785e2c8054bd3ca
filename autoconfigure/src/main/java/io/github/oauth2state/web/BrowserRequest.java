package io.github.oauth2state.web;

import java.util.Map;

/**
 * The parts of an HTTP request that matter to a pending login, on any web stack. The
 * sender chose all of them.
 *
 * @param secure whether it came by https, as far as the app knows
 * @param path its path with the context path, and its query
 * @param crossSite whether the browser says that another site caused it
 * ({@code Sec-Fetch-Site})
 * @param cookies its cookies by name, the first of each name
 */
public record BrowserRequest(boolean secure, String path, boolean crossSite, Map<String, String> cookies) {

	/**
	 * Returns whether a redirect to a path stays in this app's origin. It does if the
	 * path is printable ASCII without backslashes: browsers take both "//host" and
	 * "/\host" for another origin.
	 * @param path a path, possibly with a query
	 * @return whether it is safe to redirect to
	 */
	public static boolean isLocalPath(String path) {
		if (!path.startsWith("/") || path.startsWith("//")) {
			return false;
		}
		for (int i = 1; i < path.length(); i++) {
			char c = path.charAt(i);
			if (c <= ' ' || c > '~' || c == '\\') {
				return false;
			}
		}
		return true;
	}

	/**
	 * Returns a text without cookies and query.
	 */
	@Override
	public String toString() {
		return "BrowserRequest[hidden]";
	}

}
