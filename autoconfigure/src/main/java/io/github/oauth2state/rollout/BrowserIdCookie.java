package io.github.oauth2state.rollout;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.CookieSettings;

/**
 * The cookie with the random id of a browser, which keeps the browser on its path. The id
 * says nothing about the user and grants nothing: a browser that sends an invented one
 * only chooses its own path.
 */
final class BrowserIdCookie {

	private static final Duration MAX_AGE = Duration.ofDays(90);

	private static final int BYTES = 16;

	private static final int HASH_BYTES = 6;

	private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{22}");

	private static final SecureRandom random = new SecureRandom();

	private final CookieSettings settings;

	/**
	 * Contains a hash of the namespace, as browsers send the cookies of one app to other
	 * apps on the same host.
	 */
	private final String suffix;

	BrowserIdCookie(String namespace, CookieSettings settings) {
		byte[] hash = StateKey.of(namespace, "rollout-cookie").toByteArray();
		this.settings = settings;
		this.suffix = "rollout-" + Base64Url.encode(Arrays.copyOf(hash, HASH_BYTES));
	}

	static String newId() {
		byte[] bytes = new byte[BYTES];
		random.nextBytes(bytes);
		return Base64Url.encode(bytes);
	}

	/**
	 * Returns the id that a browser sent, unless it is malformed.
	 */
	Optional<String> read(BrowserRequest browser) {
		return Optional.ofNullable(browser.cookies().get(name(browser))).filter((id) -> ID.matcher(id).matches());
	}

	boolean isPresent(BrowserRequest browser) {
		return browser.cookies().containsKey(name(browser));
	}

	ResponseCookie create(String id, BrowserRequest browser) {
		return cookie(id, MAX_AGE, browser);
	}

	/**
	 * Creates the cookie that makes a browser delete its id.
	 */
	ResponseCookie createExpired(BrowserRequest browser) {
		return cookie("", Duration.ZERO, browser);
	}

	private ResponseCookie cookie(String value, Duration maxAge, BrowserRequest browser) {
		String name = name(browser);
		return ResponseCookie.from(name, value)
			.path("/")
			.httpOnly(true)
			.secure(this.settings.isSecure(browser) || name.startsWith("__"))
			.sameSite("Lax")
			.maxAge(maxAge)
			.build();
	}

	String name(BrowserRequest browser) {
		return this.settings.name(browser, this.suffix);
	}

}
