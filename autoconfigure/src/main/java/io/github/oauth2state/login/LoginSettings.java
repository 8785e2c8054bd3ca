package io.github.oauth2state.login;

import java.time.Duration;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.config.PropertyCheck;

/**
 * The settings of pending logins after checks.
 *
 * @param namespace what keeps this app's logins apart from others'
 * @param ttl how long a user may take at the provider
 * @param maxPendingPerBrowser how many logins one browser may have pending
 * @param recovery whether callbacks that came twice or too late lead on
 * @param cookieName how the names of binding cookies begin
 * @param cookieSecure whether they are for https only, or {@code null} to go by the
 * request
 */
public record LoginSettings(String namespace, Duration ttl, int maxPendingPerBrowser, boolean recovery,
		String cookieName, @Nullable Boolean cookieSecure) {

	private static final Pattern COOKIE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");

	static LoginSettings of(LoginProperties properties, String namespace) {
		Duration ttl = PropertyCheck.of("oauth2-state.login.ttl", properties.ttl())
			.between(Duration.ofSeconds(1), Duration.ofHours(24), "Use 1s to 24h, for example 10m.");
		int maxPending = PropertyCheck
			.of("oauth2-state.login.max-pending-per-browser", properties.maxPendingPerBrowser())
			.between(1, 20, "Use 1 to 20: the browser sends the cookies of all of them with every request.");
		String cookieName = PropertyCheck.of("oauth2-state.login.cookie.name", properties.cookie().name())
			.must(LoginSettings::isCookieName, "Use 1 to 32 letters, digits, '-' or '_', and leave out '__Host-' and "
					+ "'__Secure-': '__Host-' is added by itself on https.");
		return new LoginSettings(namespace, ttl, maxPending, properties.recovery(), cookieName,
				properties.cookie().secure());
	}

	/**
	 * Tells whether cookies for a browser are for https only.
	 * @param browser its request
	 * @return whether they are
	 */
	public boolean isCookieSecure(BrowserRequest browser) {
		return (this.cookieSecure != null) ? this.cookieSecure : browser.secure();
	}

	/**
	 * Returns how the names of all cookies of the library begin.
	 * @param browser the request of the browser that they are for
	 * @return the prefix
	 */
	public String cookiePrefix(BrowserRequest browser) {
		return (isCookieSecure(browser) ? "__Host-" : "") + this.cookieName + "-";
	}

	private static boolean isCookieName(String name) {
		return COOKIE_NAME.matcher(name).matches() && !name.startsWith("__");
	}

}
