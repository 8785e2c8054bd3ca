package io.github.oauth2state.web;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

/**
 * The names and attributes of all cookies that the library sets.
 *
 * @param name how their names begin, after the prefix that browsers protect
 * @param secure whether they are for https only, or {@code null} if that depends on the
 * request
 * @param crossSite whether they are sent with all requests that other sites cause, and
 * not only with those that navigate the whole page
 * @param domain the domain whose hosts all receive them, or {@code null} for the host
 * that sets them
 */
public record CookieSettings(String name, @Nullable Boolean secure, boolean crossSite, @Nullable String domain) {

	/**
	 * Returns whether cookies for a browser are for https only.
	 * @param browser its request
	 * @return whether they are
	 */
	public boolean isSecure(BrowserRequest browser) {
		return (this.secure != null) ? this.secure : browser.secure();
	}

	/**
	 * Returns how the names of cookies for a browser begin.
	 * @param browser its request
	 * @return the prefix
	 */
	public String prefix(BrowserRequest browser) {
		return prefix(isSecure(browser));
	}

	/**
	 * Returns how the names of cookies begin.
	 * @param secure whether the cookies are for https only
	 * @return the prefix
	 */
	public String prefix(boolean secure) {
		String protection = (this.domain != null) ? "__Secure-" : "__Host-";
		return (secure ? protection : "") + this.name + "-";
	}

	/**
	 * Creates a cookie with the attributes that all cookies of the library have.
	 * @param browser the request of the browser that it is for
	 * @param name its name
	 * @param value its value
	 * @param maxAge how long the browser keeps it
	 * @return a builder of the cookie
	 */
	public ResponseCookie.ResponseCookieBuilder cookie(BrowserRequest browser, String name, String value,
			Duration maxAge) {
		boolean secure = isSecure(browser) || name.startsWith("__");
		return ResponseCookie.from(name, value)
			.path("/")
			.domain(this.domain)
			.httpOnly(true)
			.secure(secure)
			.sameSite((this.crossSite && secure) ? "None" : "Lax")
			.maxAge(maxAge);
	}

	/**
	 * Returns the names of the cookies for a log line.
	 * @return a text
	 */
	public String describe() {
		if (this.secure != null) {
			return prefix(this.secure) + "*";
		}
		return prefix(true) + "* on https, " + prefix(false) + "* on http";
	}

}
