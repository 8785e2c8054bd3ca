package io.github.oauth2state.web;

import java.util.Map;

/**
 * What of an HTTP request matters to a pending login, whichever web stack it came by.
 * Everything in it was chosen by the sender.
 *
 * @param secure whether it came by https, as far as the app can tell
 * @param path its path with the context path, and its query
 * @param crossSite whether the browser says that another site caused it
 * ({@code Sec-Fetch-Site})
 * @param sender the same number for all requests of a browser, though other browsers may
 * share it
 * @param received when it was received, as {@link System#nanoTime()} tells
 * @param cookies its cookies by name, the first of each name
 */
public record BrowserRequest(boolean secure, String path, boolean crossSite, int sender, long received,
		Map<String, String> cookies) {

	/**
	 * Returns a text without cookies and query.
	 */
	@Override
	public String toString() {
		return "BrowserRequest[hidden]";
	}

}
