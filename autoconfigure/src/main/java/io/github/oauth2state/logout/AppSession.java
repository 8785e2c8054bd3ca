package io.github.oauth2state.logout;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A session of the app, as what servlet and reactive apps share sees it.
 */
interface AppSession {

	String id();

	@Nullable Object attribute(String name);

	void setAttribute(String name, Object value);

	void removeAttribute(String name);

	/**
	 * Returns how long the session lives without a request. If that is not positive, it
	 * never expires.
	 */
	Duration timeout();

}
