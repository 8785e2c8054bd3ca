package io.github.oauth2state.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

/**
 * The names of all cookies that the library sets, and the attributes of all but the
 * browser id of a rollout.
 *
 * @param name how their names begin, after the prefix that browsers protect
 * @param secure whether they are for https only, or {@code null} if that depends on the
 * request
 * @param crossSite whether they are sent with all requests that other sites cause, and
 * not only with those that navigate the whole page
 * @param domain the domain whose hosts all receive them, or {@code null} for the host
 * that sets them
 * @param hostPrefix whether the names of secure cookies for one host begin with
 * {@code __Host-}, which browsers accept only with the path {@code /}
 */
public record CookieSettings(String name, @Nullable Boolean secure, boolean crossSite, @Nullable String domain,
		boolean hostPrefix) {

	/**
	 * Returns whether cookies for a browser are for https only.
	 * @param browser its request
	 * @return whether they are
	 */
	public boolean isSecure(BrowserRequest browser) {
		return (this.secure != null) ? this.secure : browser.secure();
	}

	/**
	 * Returns the names under which a browser may have a cookie, that of a secure cookie
	 * first. A proxy may end TLS and say so in some requests only, so the app may see a
	 * request as plain http although the browser sent it by https, with secure cookies.
	 * Where the app sees https, only the name of a secure cookie is read, as a
	 * neighbouring subdomain can set the other one.
	 * @param browser its request
	 * @param suffix the name after the prefix
	 * @return one or two names, the last one that of a new cookie
	 */
	public List<String> names(BrowserRequest browser, String suffix) {
		boolean mayBeSecure = !Boolean.FALSE.equals(this.secure);
		return (mayBeSecure && !isSecure(browser)) ? List.of(prefix(true) + suffix, prefix(false) + suffix)
				: List.of(prefix(isSecure(browser)) + suffix);
	}

	/**
	 * Returns the name of a cookie: the one under which the browser has it, or else the
	 * one under which it is set.
	 * @param browser the request of the browser
	 * @param suffix the name after the prefix
	 * @return the name
	 */
	public String name(BrowserRequest browser, String suffix) {
		List<String> names = names(browser, suffix);
		for (String name : names) {
			if (browser.cookies().containsKey(name)) {
				return name;
			}
		}
		return names.get(names.size() - 1);
	}

	/**
	 * Returns how the names of cookies begin.
	 * @param secure whether the cookies are for https only
	 * @return the prefix
	 */
	public String prefix(boolean secure) {
		String protection = (this.domain == null && this.hostPrefix) ? "__Host-" : "__Secure-";
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
	 * Creates what makes a browser delete a cookie, under each name that it has it.
	 * @param browser the request of the browser
	 * @param suffix the name after the prefix
	 * @return the cookies to send, none if the browser has none
	 */
	public List<ResponseCookie> clear(BrowserRequest browser, String suffix) {
		List<ResponseCookie> cleared = new ArrayList<>(0);
		for (String name : names(browser, suffix)) {
			if (browser.cookies().containsKey(name)) {
				cleared.add(cookie(browser, name, "", Duration.ZERO).build());
			}
		}
		return cleared;
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
