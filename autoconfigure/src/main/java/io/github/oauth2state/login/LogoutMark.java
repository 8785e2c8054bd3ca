package io.github.oauth2state.login;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;

/**
 * A cookie that says which logins a browser had pending when a user logged out. An
 * authorization of a client that began before anybody was signed in ends then, as it
 * would with the session: the next user is somebody else. Removing the cookie affects
 * only one's own browser.
 */
final class LogoutMark {

	private static final int HASH_BYTES = 6;

	private final LoginSettings settings;

	private final String suffix;

	LogoutMark(LoginSettings settings) {
		this.settings = settings;
		this.suffix = "out-" + hash(settings.namespace()).substring(0, HASH_BYTES);
	}

	/**
	 * Marks what is pending at a logout.
	 * @param browser the request that logs out
	 * @return the cookie, or empty if nothing is pending
	 */
	Optional<ResponseCookie> mark(BrowserRequest browser) {
		String prefix = this.settings.cookie().prefix(browser);
		List<String> pending = browser.cookies()
			.entrySet()
			.stream()
			.filter((cookie) -> cookie.getKey().startsWith(prefix))
			.flatMap((cookie) -> BindingCookie.parse(cookie.getValue()).stream())
			.filter(BindingCookie::pending)
			.limit(LoginSettings.MAX_PENDING_PER_BROWSER)
			.map((cookie) -> hash(cookie.secret()))
			.toList();
		return pending.isEmpty() ? Optional.empty()
				: Optional.of(cookie(browser, String.join(".", pending), this.settings.ttl()));
	}

	private ResponseCookie cookie(BrowserRequest browser, String value, Duration maxAge) {
		return this.settings.cookie().cookie(browser, name(browser), value, maxAge).build();
	}

	boolean covers(BrowserRequest browser, BindingCookie cookie) {
		String marked = browser.cookies().getOrDefault(name(browser), "");
		return List.of(marked.split("\\.")).contains(hash(cookie.secret()));
	}

	private String name(BrowserRequest browser) {
		return this.settings.cookie().prefix(browser) + this.suffix;
	}

	private String hash(String text) {
		byte[] hash = StateKey.of(this.settings.namespace(), "logout", text).toByteArray();
		return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
	}

}
