package io.github.oauth2state.login;

import java.time.Duration;

import org.springframework.http.ResponseCookie;

/**
 * Keeps a browser from being sent to the provider again and again, when every callback is
 * lost for a reason that trying again does not mend. The count lives in a cookie of its
 * own: whoever forges it only fools their own browser.
 */
final class RestartGuard {

	private static final int MAX_RESTARTS = 3;

	private static final Duration WINDOW = Duration.ofMinutes(1);

	private final BindingCookies cookies;

	RestartGuard(BindingCookies cookies) {
		this.cookies = cookies;
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
		return this.cookies.prefix(browser) + "retry";
	}

	private ResponseCookie cookie(BrowserRequest browser, String value, Duration maxAge) {
		return ResponseCookie.from(name(browser), value)
			.path("/")
			.httpOnly(true)
			.secure(this.cookies.isSecure(browser))
			.sameSite("Lax")
			.maxAge(maxAge)
			.build();
	}

}
