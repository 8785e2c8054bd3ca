package io.github.oauth2state.rollout;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * The cookie that keeps a browser on its path: a random number that says nothing of its
 * user and grants nothing. Who makes one up chooses a path for themselves.
 */
final class BrowserIdCookie {

	private static final Duration MAX_AGE = Duration.ofDays(90);

	private static final int BYTES = 16;

	private static final int HASH_BYTES = 6;

	private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{22}");

	private static final SecureRandom random = new SecureRandom();

	private final CookieSettings settings;

	/**
	 * Names are the app's own, as apps on one host send each other their cookies.
	 */
	private final String suffix;

	BrowserIdCookie(String namespace, CookieSettings settings) {
		byte[] hash = StateKey.of(namespace, "rollout-cookie").toByteArray();
		this.settings = settings;
		this.suffix = "rollout-"
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
	}

	Optional<String> find(BrowserRequest browser) {
		return Optional.ofNullable(browser.cookies().get(name(browser))).filter((id) -> ID.matcher(id).matches());
	}

	boolean isPresent(BrowserRequest browser) {
		return browser.cookies().containsKey(name(browser));
	}

	static String create() {
		byte[] bytes = new byte[BYTES];
		random.nextBytes(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

	ResponseCookie issue(String id, BrowserRequest browser) {
		return cookie(id, MAX_AGE, browser);
	}

	ResponseCookie clear(BrowserRequest browser) {
		return cookie("", Duration.ZERO, browser);
	}

	private ResponseCookie cookie(String value, Duration maxAge, BrowserRequest browser) {
		return ResponseCookie.from(name(browser), value)
			.path("/")
			.httpOnly(true)
			.secure(this.settings.isSecure(browser))
			.sameSite("Lax")
			.maxAge(maxAge)
			.build();
	}

	String name(BrowserRequest browser) {
		return this.settings.prefix(browser) + this.suffix;
	}

}
