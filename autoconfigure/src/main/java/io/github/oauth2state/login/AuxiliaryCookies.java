package io.github.oauth2state.login;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.web.BrowserRequest;

/**
 * The cookies of logins beside the binding cookies: the page that the user asked for, how
 * often the browser was signed in or sent through a login again, and which logins were
 * pending at a logout.
 * <p>
 * None of them is proof of anything. Forging or removing one affects only one's own
 * browser, and a planted page leads to another page of this app, and nowhere else.
 * Thread-safe.
 */
public final class AuxiliaryCookies {

	private static final String PAGE = "saved-";

	private static final int MAX_PAGE_LENGTH = 1024;

	/**
	 * In bytes, for the pages of all apps on the host: servers accept 8 KiB of headers.
	 */
	private static final int MAX_TOTAL_PAGE_SIZE = 2048;

	private static final int LOGOUT_HASH_BYTES = 6;

	private static final int APP_CHARACTERS = 6;

	private final LoginSettings settings;

	private final String page;

	private final CountingCookie restarts;

	private final CountingCookie signIns;

	private final String logoutMark;

	AuxiliaryCookies(LoginSettings settings, String app) {
		this.settings = settings;
		this.page = PAGE + app;
		this.restarts = new CountingCookie(settings, "retry-" + app);
		this.signIns = new CountingCookie(settings, "signed-in-" + app);
		this.logoutMark = "out-" + logoutHash(settings.namespace()).substring(0, APP_CHARACTERS);
	}

	/**
	 * Saves the page that a user asks for before they are sent to log in. From the start
	 * of the login on, the page is in the sealed record.
	 * @param browser the request that asks for it
	 * @return the cookie, or empty if the URL is longer than 1,024 characters or does not
	 * stay in this app, or if other apps on the host have saved long ones
	 */
	public Optional<ResponseCookie> savePage(BrowserRequest browser) {
		String path = browser.path();
		if (!isPage(path)) {
			return Optional.empty();
		}
		String value = Base64Url.encode(path.getBytes(StandardCharsets.UTF_8));
		if (value.length() + sizeOfOtherPages(browser) > MAX_TOTAL_PAGE_SIZE) {
			return Optional.empty();
		}
		return Optional.of(cookie(browser, name(browser, this.page), value, this.settings.ttl()));
	}

	/**
	 * Returns the page that was saved.
	 * @param browser a request of the browser
	 * @return path and query, or {@code null} if none was saved or the value is malformed
	 */
	public @Nullable String savedPage(BrowserRequest browser) {
		String value = browser.cookies().get(name(browser, this.page));
		if (value == null || value.length() > 2 * MAX_PAGE_LENGTH) {
			return null;
		}
		try {
			String path = new String(Base64Url.decode(value), StandardCharsets.UTF_8);
			return isPage(path) ? path : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Forgets the page that was saved.
	 * @param browser a request of the browser
	 * @return the cookies that clear it, none if the browser has none
	 */
	public List<ResponseCookie> clearPage(BrowserRequest browser) {
		return this.settings.cookie().clear(browser, this.page);
	}

	private int sizeOfOtherPages(BrowserRequest browser) {
		return browser.cookies()
			.entrySet()
			.stream()
			.filter((cookie) -> names(browser, PAGE).anyMatch(cookie.getKey()::startsWith))
			.filter((cookie) -> !cookie.getKey().endsWith(this.page))
			.mapToInt((cookie) -> cookie.getKey().length() + cookie.getValue().length())
			.sum();
	}

	private static boolean isPage(String path) {
		return path.length() <= MAX_PAGE_LENGTH && BrowserRequest.isLocalPath(path);
	}

	/**
	 * Returns whether a cookie may count sign-ins.
	 * @param cookieName the name of a cookie
	 * @return whether the name ends like that of the count
	 */
	public boolean mayCountSignIns(String cookieName) {
		return this.signIns.isNamed(cookieName);
	}

	/**
	 * Returns whether the browser was signed in so often that it must be in a loop.
	 * @param browser a request of the browser
	 * @return whether it was signed in three times, each within a minute of the last
	 */
	public boolean hasTooManySignIns(BrowserRequest browser) {
		return this.signIns.isExhausted(browser);
	}

	/**
	 * Counts that the browser was signed in.
	 * @param browser a request of the browser
	 * @return the cookie with the new count
	 */
	public ResponseCookie countSignIn(BrowserRequest browser) {
		return this.signIns.countOne(browser);
	}

	/**
	 * Ends the count of sign-ins.
	 * @param browser a request of the browser
	 * @return the cookies that clear it, none if the browser has none
	 */
	public List<ResponseCookie> clearSignIns(BrowserRequest browser) {
		return this.signIns.clear(browser);
	}

	/**
	 * Counts that the browser is sent through a login again.
	 * @return the cookie with the new count, or empty if it was too often
	 */
	Optional<ResponseCookie> countRestart(BrowserRequest browser) {
		return this.restarts.isExhausted(browser) ? Optional.empty() : Optional.of(this.restarts.countOne(browser));
	}

	/**
	 * Forgets what was for a login that is completed: the count of restarts, and its
	 * page. A form that another site posts does not show the page's cookie.
	 */
	List<ResponseCookie> clearCompleted(BrowserRequest browser, @Nullable String page, boolean posted) {
		List<ResponseCookie> cookies = new ArrayList<>(this.restarts.clear(browser));
		String saved = savedPage(browser);
		if (page != null && saved == null && posted) {
			cookies.add(cookie(browser, name(browser, this.page), "", Duration.ZERO));
		}
		else if (page != null && page.equals(saved)) {
			cookies.addAll(clearPage(browser));
		}
		return cookies;
	}

	/**
	 * Forgets at a logout what concerned the user, and marks the logins that are pending:
	 * an authorization of a client that began before anybody was signed in ends with the
	 * logout, as it would with the session.
	 * @param browser the request that logs out
	 * @param clients whether users authorize clients
	 * @return what to tell the browser
	 */
	public List<ResponseCookie> logout(BrowserRequest browser, boolean clients) {
		List<ResponseCookie> cookies = new ArrayList<>();
		for (String prefix : clients ? names(browser, "").toList() : List.<String>of()) {
			// With the prefix of the logins that it names, so that it is read where they
			// are
			String pending = pending(browser, prefix);
			if (!pending.isEmpty()) {
				cookies.add(cookie(browser, prefix + this.logoutMark, pending, this.settings.ttl()));
			}
		}
		cookies.addAll(clearPage(browser));
		cookies.addAll(clearSignIns(browser));
		return cookies;
	}

	private String pending(BrowserRequest browser, String prefix) {
		return browser.cookies()
			.entrySet()
			.stream()
			.filter((cookie) -> cookie.getKey().startsWith(prefix))
			.flatMap((cookie) -> BindingCookie.parse(cookie.getValue()).stream())
			.filter(BindingCookie::pending)
			.limit(LoginSettings.MAX_PENDING_PER_BROWSER)
			.map((cookie) -> logoutHash(cookie.secret()))
			.collect(Collectors.joining("."));
	}

	/**
	 * Returns whether a login was pending at the last logout, as far as the browser says
	 * so.
	 */
	boolean isOlderThanLogout(BrowserRequest browser, BindingCookie cookie) {
		List<String> marks = names(browser, this.logoutMark).map(browser.cookies()::get)
			.filter(Objects::nonNull)
			.toList();
		if (marks.isEmpty()) {
			return false;
		}
		String hash = logoutHash(cookie.secret());
		return marks.stream().anyMatch((mark) -> List.of(mark.split("\\.")).contains(hash));
	}

	private String logoutHash(String text) {
		byte[] hash = StateKey.of(this.settings.namespace(), "logout", text).toByteArray();
		return Base64Url.encode(Arrays.copyOf(hash, LOGOUT_HASH_BYTES));
	}

	private Stream<String> names(BrowserRequest browser, String suffix) {
		return this.settings.cookie().names(browser, suffix).stream();
	}

	private String name(BrowserRequest browser, String suffix) {
		return this.settings.cookie().name(browser, suffix);
	}

	private ResponseCookie cookie(BrowserRequest browser, String name, String value, Duration maxAge) {
		return this.settings.cookie().cookie(browser, name, value, maxAge).build();
	}

}
