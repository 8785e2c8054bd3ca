package io.github.oauth2state.login;

import java.time.Duration;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;

/**
 * Counts what a browser is sent through again and again, within a minute each time. The
 * count lives in a cookie of its own, one for each app on the host. Forging it affects
 * only one's own browser. Thread-safe.
 */
public final class AttemptCounter {

	private static final int MAX_ATTEMPTS = 3;

	private static final Duration WINDOW = Duration.ofMinutes(1);

	private final LoginSettings settings;

	private final String name;

	/**
	 * Creates a counter.
	 * @param settings the settings of logins
	 * @param name the name of its cookie, after the prefix
	 */
	AttemptCounter(LoginSettings settings, String name) {
		this.settings = settings;
		this.name = name;
	}

	/**
	 * Tells whether there have been three attempts.
	 * @param browser a request of the browser
	 * @return whether no further one is allowed
	 */
	public boolean isExhausted(BrowserRequest browser) {
		return count(browser) >= MAX_ATTEMPTS;
	}

	/**
	 * Tells whether there have been any attempts.
	 * @param browser a request of the browser
	 * @return whether the browser has a count
	 */
	public boolean isSet(BrowserRequest browser) {
		return browser.cookies().containsKey(name(browser));
	}

	/**
	 * Tells whether a cookie may have a count. This is for requests that need not be
	 * looked at any further otherwise.
	 * @param cookieName the name of a cookie
	 * @return whether the name ends like that of the count
	 */
	public boolean isNamed(String cookieName) {
		return cookieName.endsWith(this.name);
	}

	/**
	 * Counts an attempt.
	 * @param browser a request of the browser
	 * @return the cookie with the new count
	 */
	public ResponseCookie countOne(BrowserRequest browser) {
		return cookie(browser, Integer.toString(Math.min(count(browser), MAX_ATTEMPTS) + 1), WINDOW);
	}

	/**
	 * Ends the count.
	 * @param browser a request of the browser
	 * @return what clears the cookie
	 */
	public ResponseCookie clear(BrowserRequest browser) {
		return cookie(browser, "", Duration.ZERO);
	}

	private int count(BrowserRequest browser) {
		String value = browser.cookies().getOrDefault(name(browser), "0");
		return value.matches("[0-9]") ? Integer.parseInt(value) : MAX_ATTEMPTS;
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookie().prefix(browser) + this.name;
	}

	private ResponseCookie cookie(BrowserRequest browser, String value, Duration maxAge) {
		return this.settings.cookie().cookie(browser, name(browser), value, maxAge).build();
	}

}
