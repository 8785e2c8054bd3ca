package io.github.oauth2state.web;

import java.util.regex.Pattern;

/**
 * Tells whether a redirect stays in this app's origin.
 */
public final class LocalPath {

	/**
	 * Printable ASCII without backslashes, as browsers take both "//host" and "/\host"
	 * for another origin.
	 */
	private static final Pattern LOCAL = Pattern.compile("/(?!/)[\\x21-\\x5b\\x5d-\\x7e]*");

	private LocalPath() {
	}

	/**
	 * Tells whether a redirect to the path stays in this app's origin.
	 * @param path a path, possibly with a query
	 * @return whether it is safe to redirect to
	 */
	public static boolean isLocal(String path) {
		return LOCAL.matcher(path).matches();
	}

}
