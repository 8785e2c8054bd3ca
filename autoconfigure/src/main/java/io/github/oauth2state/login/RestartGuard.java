package io.github.oauth2state.login;

import java.time.Duration;

import org.springframework.http.ResponseCookie;

/**
 * Keeps a browser from being sent to the provider again and again, when every callback is
 * lost for a reason that trying again does not mend. The count lives in a cookie of its
 * own, one for each app on the host. Forging it affects only one's own browser.
 */
final class RestartGuard {

	private static final int MAX_RESTARTS = 3;

	private static final Duration WINDOW = Duration.ofMinutes(1);

	private final LoginSettings settings;

	private final String app;

	RestartGuard(LoginSettings settings, String app) {
		this.settings = settings;
		this.app = app;
	}

	boolean allows(BrowserRequest browser) {
		return count(browser) < MAX_RESTARTS;
	}

	boolean isSet(BrowserRequest browser) {
		return browser.cookies().containsKey(name(browser));
	}

	ResponseCookie countOne(BrowserRequest browser) {
		return cookie(browser, Integer.toString(count(browser) + 1), WINDOW);
	}

	ResponseCookie clear(BrowserRequest browser) {
		return cookie(browser, "", Duration.ZERO);
	}

	private int count(BrowserRequest browser) {
		String value = browser.cookies().getOrDefault(name(browser), "0");
		return value.matches("[0-9]") ? Integer.parseInt(value) : MAX_RESTARTS;
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookiePrefix(browser) + "retry-" + this.app;
	}

	private ResponseCookie cookie(BrowserRequest browser, String value, Duration maxAge) {
		return this.settings.cookie(browser, name(browser), value, maxAge).build();
	}

}
