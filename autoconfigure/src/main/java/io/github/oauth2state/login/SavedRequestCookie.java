package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

/**
 * A cookie with the page that a user asked for before they were sent to log in. From the
 * begin of the login on, the page is in the sealed record. A cookie that was planted can
 * lead the user to another page of this app, and nowhere else. Thread-safe.
 */
public final class SavedRequestCookie {

	private static final int MAX_LENGTH = 1024;

	private final LoginSettings settings;

	private final String suffix;

	SavedRequestCookie(LoginSettings settings, String app) {
		this.settings = settings;
		this.suffix = "saved-" + app;
	}

	/**
	 * Saves a page.
	 * @param browser the request that asks for it
	 * @return the cookie, or empty if the URL is longer than 1,024 characters or does not
	 * stay in this app
	 */
	public Optional<ResponseCookie> save(BrowserRequest browser) {
		String page = browser.path();
		if (!isValid(page)) {
			return Optional.empty();
		}
		String value = Base64.getUrlEncoder().withoutPadding().encodeToString(page.getBytes(StandardCharsets.UTF_8));
		return Optional.of(this.settings.cookie(browser, name(browser), value, this.settings.ttl()).build());
	}

	/**
	 * Reads the page that was saved.
	 * @param browser a request of the browser
	 * @return path and query, or {@code null} if none was saved or the value is malformed
	 */
	public @Nullable String read(BrowserRequest browser) {
		String value = browser.cookies().get(name(browser));
		if (value == null || value.length() > 2 * MAX_LENGTH) {
			return null;
		}
		try {
			String page = new String(Base64.getUrlDecoder().decode(value), StandardCharsets.UTF_8);
			return isValid(page) ? page : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Forgets the page.
	 * @param browser a request of the browser
	 * @return what clears the cookie, or empty if the browser has none
	 */
	public Optional<ResponseCookie> clear(BrowserRequest browser) {
		return browser.cookies().containsKey(name(browser))
				? Optional.of(this.settings.cookie(browser, name(browser), "", Duration.ZERO).build())
				: Optional.empty();
	}

	private static boolean isValid(String page) {
		return page.length() <= MAX_LENGTH && LocalPath.isLocal(page);
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookiePrefix(browser) + this.suffix;
	}

}
