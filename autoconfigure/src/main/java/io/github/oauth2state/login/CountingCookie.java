package io.github.oauth2state.login;

import java.time.Duration;
import java.util.List;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;

/**
 * Counts in a cookie what a browser does again and again, with a minute at most between
 * two attempts. There is one cookie for each app on the host. Forging it affects only
 * one's own browser. Thread-safe.
 */
final class CountingCookie {

	private static final int MAX_ATTEMPTS = 3;

	private static final Duration WINDOW = Duration.ofMinutes(1);

	private final LoginSettings settings;

	private final String name;

	/**
	 * Creates a counter.
	 * @param settings the settings of logins
	 * @param name the name of its cookie, after the prefix
	 */
	CountingCookie(LoginSettings settings, String name) {
		this.settings = settings;
		this.name = name;
	}

	/**
	 * Returns whether there have been three attempts, so that no other one is allowed.
	 */
	boolean isExhausted(BrowserRequest browser) {
		return count(browser) >= MAX_ATTEMPTS;
	}

	/**
	 * Returns whether a cookie of this name may have the count.
	 */
	boolean isNamed(String cookieName) {
		return cookieName.endsWith(this.name);
	}

	/**
	 * Counts an attempt, and returns the cookie with the new count.
	 */
	ResponseCookie countOne(BrowserRequest browser) {
		String count = Integer.toString(Math.min(count(browser), MAX_ATTEMPTS) + 1);
		return this.settings.cookie().cookie(browser, name(browser), count, WINDOW).build();
	}

	/**
	 * Ends the count, and returns the cookies that clear it, none if there is no count.
	 */
	List<ResponseCookie> clear(BrowserRequest browser) {
		return this.settings.cookie().clear(browser, this.name);
	}

	private int count(BrowserRequest browser) {
		String value = browser.cookies().getOrDefault(name(browser), "0");
		boolean digit = value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '9';
		return digit ? value.charAt(0) - '0' : MAX_ATTEMPTS;
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookie().name(browser, this.name);
	}

}
