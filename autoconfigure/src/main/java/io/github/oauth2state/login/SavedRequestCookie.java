package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.LocalPath;

/**
 * A cookie with the page that a user asked for before they were sent to log in. From the
 * begin of the login on, the page is in the sealed record. A cookie that was planted can
 * lead the user to another page of this app, and nowhere else. Thread-safe.
 */
public final class SavedRequestCookie {

	private static final int MAX_LENGTH = 1024;

	/**
	 * In bytes, for the pages of all apps on the host: servers accept 8 KiB of headers.
	 */
	private static final int MAX_TOTAL_SIZE = 2048;

	private static final String NAME = "saved-";

	private final LoginSettings settings;

	private final String suffix;

	SavedRequestCookie(LoginSettings settings, String app) {
		this.settings = settings;
		this.suffix = NAME + app;
	}

	/**
	 * Saves a page.
	 * @param browser the request that asks for it
	 * @return the cookie, or empty if the URL is longer than 1,024 characters or does not
	 * stay in this app, or if other apps on the host have saved long ones
	 */
	public Optional<ResponseCookie> save(BrowserRequest browser) {
		String page = browser.path();
		if (!isValid(page)) {
			return Optional.empty();
		}
		String value = Base64.getUrlEncoder().withoutPadding().encodeToString(page.getBytes(StandardCharsets.UTF_8));
		if (value.length() + sizeOfOthers(browser) > MAX_TOTAL_SIZE) {
			return Optional.empty();
		}
		return Optional.of(this.settings.cookie().cookie(browser, name(browser), value, this.settings.ttl()).build());
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
		return browser.cookies().containsKey(name(browser)) ? Optional.of(clearUnseen(browser)) : Optional.empty();
	}

	/**
	 * Forgets the page though the browser may not show it, as with a form that another
	 * site posts.
	 * @param browser a request of the browser
	 * @return what clears the cookie
	 */
	ResponseCookie clearUnseen(BrowserRequest browser) {
		return this.settings.cookie().cookie(browser, name(browser), "", Duration.ZERO).build();
	}

	private int sizeOfOthers(BrowserRequest browser) {
		String prefix = this.settings.cookie().prefix(browser) + NAME;
		return browser.cookies()
			.entrySet()
			.stream()
			.filter((cookie) -> cookie.getKey().startsWith(prefix) && !cookie.getKey().equals(name(browser)))
			.mapToInt((cookie) -> cookie.getKey().length() + cookie.getValue().length())
			.sum();
	}

	private static boolean isValid(String page) {
		return page.length() <= MAX_LENGTH && LocalPath.isLocal(page);
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookie().prefix(browser) + this.suffix;
	}

}
