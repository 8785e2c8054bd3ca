package io.github.oauth2state.rollout;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.LoginSettings;

/**
 * The cookie that keeps a browser on its path: a random number that says nothing of its
 * user and grants nothing. Who makes one up chooses a path for themselves.
 */
final class BrowserId {

	private static final Duration MAX_AGE = Duration.ofDays(90);

	private static final int BYTES = 16;

	private static final int HASH_BYTES = 6;

	private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{22}");

	private static final SecureRandom random = new SecureRandom();

	private BrowserId() {
	}

	static Optional<String> find(BrowserRequest browser, LoginSettings settings) {
		return Optional.ofNullable(browser.cookies().get(name(browser, settings)))
			.filter((id) -> ID.matcher(id).matches());
	}

	static boolean isPresent(BrowserRequest browser, LoginSettings settings) {
		return browser.cookies().containsKey(name(browser, settings));
	}

	static String create() {
		byte[] bytes = new byte[BYTES];
		random.nextBytes(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

	static ResponseCookie issue(String id, BrowserRequest browser, LoginSettings settings) {
		return cookie(id, MAX_AGE, browser, settings);
	}

	static ResponseCookie clear(BrowserRequest browser, LoginSettings settings) {
		return cookie("", Duration.ZERO, browser, settings);
	}

	private static ResponseCookie cookie(String value, Duration maxAge, BrowserRequest browser,
			LoginSettings settings) {
		return ResponseCookie.from(name(browser, settings), value)
			.path("/")
			.httpOnly(true)
			.secure(settings.isCookieSecure(browser))
			.sameSite("Lax")
			.maxAge(maxAge)
			.build();
	}

	/**
	 * Returns a name of the app's own, as apps on one host send each other their cookies.
	 */
	static String name(BrowserRequest browser, LoginSettings settings) {
		byte[] hash = StateKey.of(settings.namespace(), "rollout-cookie").toByteArray();
		return settings.cookiePrefix(browser) + "rollout-"
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
	}

}
