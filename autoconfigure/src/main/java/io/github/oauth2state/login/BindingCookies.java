package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Names, finds, issues and clears binding cookies.
 * <p>
 * There is one for each pending login. Its name is made from the namespace and the state,
 * so that neither tabs nor apps on one host disturb each other. On https it has the
 * {@code __Host-} prefix (RFC 6265bis, section 4.1.3.2), and then only that name is read:
 * a neighbouring subdomain can set cookies for us, but not that one.
 */
final class BindingCookies {

	/**
	 * How long "expired" can be told from "another browser".
	 */
	private static final Duration REMEMBER_EXPIRED = Duration.ofHours(1);

	/**
	 * How long "already used" can be told from "another browser".
	 */
	private static final Duration REMEMBER_USED = Duration.ofMinutes(5);

	/**
	 * Bounds the response header, whatever the browser sent.
	 */
	private static final int MAX_CLEARED_AT_ONCE = 16;

	/**
	 * Bounds what a browser sends with every request because of binding cookies, in
	 * bytes: servers accept 8 KiB of headers.
	 */
	static final int MAX_TOTAL_SIZE = 4096;

	private static final int HASH_BYTES = 8;

	private static final int HASH_CHARACTERS = 11;

	private static final int APP_HASH_BYTES = 4;

	private final LoginSettings settings;

	private final String app;

	BindingCookies(LoginSettings settings) {
		this.settings = settings;
		this.app = hash(StateKey.of(settings.namespace(), "cookie-app"), APP_HASH_BYTES);
	}

	/**
	 * Returns by what cookies show which app they are of.
	 */
	String app() {
		return this.app;
	}

	/**
	 * Finds the cookie of a login. Where the app takes a request for plain http, a proxy
	 * may have ended TLS without telling, and may have told when the login began. So the
	 * name of a secure cookie comes first there.
	 */
	Optional<BindingCookie> find(BrowserRequest browser, String state) {
		return Optional.ofNullable(browser.cookies().get(heldName(browser, state))).flatMap(BindingCookie::parse);
	}

	ResponseCookie issue(BrowserRequest browser, String state, BindingCookie cookie) {
		return build(browser, this.settings.cookie().prefix(browser) + hash(state), cookie,
				this.settings.ttl().plus(REMEMBER_EXPIRED));
	}

	/**
	 * Issues what replaces the cookie of a login once it is called back.
	 */
	ResponseCookie issueUsedMark(BrowserRequest browser, String state, BindingCookie cookie) {
		return build(browser, heldName(browser, state), cookie.used(), REMEMBER_USED);
	}

	private ResponseCookie build(BrowserRequest browser, String name, BindingCookie cookie, Duration maxAge) {
		ResponseCookie.ResponseCookieBuilder builder = this.settings.cookie()
			.cookie(browser, name, cookie.format(), maxAge);
		return ((cookie.callbackPath() != null) ? builder.sameSite("None") : builder).build();
	}

	boolean isSecure(BrowserRequest browser) {
		return this.settings.cookie().isSecure(browser);
	}

	/**
	 * Tells whether the browser holds a cookie of a login whose callback is posted to the
	 * path.
	 */
	boolean mayBePosted(BrowserRequest browser, String path) {
		return held(browser).stream()
			.anyMatch((held) -> held.cookie().map(BindingCookie::callbackPath).filter(path::equals).isPresent());
	}

	private String heldName(BrowserRequest browser, String state) {
		String hash = hash(state);
		String secureName = this.settings.cookie().prefix(true) + hash;
		boolean mayBeSecure = !Boolean.FALSE.equals(this.settings.cookie().secure());
		return (mayBeSecure && browser.cookies().containsKey(secureName)) ? secureName
				: this.settings.cookie().prefix(browser) + hash;
	}

	private String hash(String state) {
		return hash(StateKey.of(this.settings.namespace(), "cookie", state), HASH_BYTES);
	}

	private static String hash(StateKey key, int bytes) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(key.toByteArray(), bytes));
	}

	/**
	 * Makes room for one more cookie. The number of pending logins is counted for each
	 * app on the host, the size of all cookies for all of them together; those of other
	 * apps go last.
	 * @param browser the request that begins a login
	 * @param now the time
	 * @param size the size of the new cookie, in bytes
	 * @return what has to go, or empty if the login that begins has to: another site must
	 * not be able to push out a pending login
	 */
	Optional<Eviction> makeRoom(BrowserRequest browser, Instant now, int size) {
		List<Held> held = held(browser);
		Instant expired = now.minus(this.settings.ttl());
		int own = 1 + (int) held.stream().filter((cookie) -> cookie.isOf(this.app)).count();
		int total = size + held.stream().mapToInt(Held::size).sum();
		List<Held> evicted = new ArrayList<>();
		for (Held candidate : evictable(held, browser, expired)) {
			boolean tooMany = own > this.settings.maxPendingPerBrowser() && candidate.isOf(this.app);
			if (tooMany || total > MAX_TOTAL_SIZE) {
				evicted.add(candidate);
				own -= candidate.isOf(this.app) ? 1 : 0;
				total -= candidate.size();
			}
		}
		if (own > this.settings.maxPendingPerBrowser() || (total > MAX_TOTAL_SIZE && held.size() > evicted.size())) {
			return Optional.empty();
		}
		List<Held> cleared = evicted.subList(0, Math.min(evicted.size(), MAX_CLEARED_AT_ONCE));
		return Optional.of(new Eviction(cleared.stream().map((cookie) -> clear(browser, cookie.name())).toList(),
				(int) cleared.stream().filter((cookie) -> cookie.isLive(expired)).count()));
	}

	private List<Held> evictable(List<Held> held, BrowserRequest browser, Instant expired) {
		return held.stream()
			.filter((cookie) -> !browser.crossSite() || !cookie.isLive(expired))
			.sorted(Comparator.comparing((Held cookie) -> !cookie.isOf(this.app))
				.thenComparing((cookie) -> cookie.isLive(expired))
				.thenComparing(Held::issued))
			.toList();
	}

	ResponseCookie clear(BrowserRequest browser, String name) {
		return this.settings.cookie().cookie(browser, name, "", Duration.ZERO).build();
	}

	private List<Held> held(BrowserRequest browser) {
		String prefix = this.settings.cookie().prefix(browser);
		List<Held> held = new ArrayList<>();
		for (Map.Entry<String, String> cookie : browser.cookies().entrySet()) {
			String name = cookie.getKey();
			if (name.startsWith(prefix) && name.length() == prefix.length() + HASH_CHARACTERS) {
				held.add(new Held(name, name.length() + cookie.getValue().length(),
						BindingCookie.parse(cookie.getValue())));
			}
		}
		return held;
	}

	/**
	 * What goes when a login begins.
	 *
	 * @param cookies the cookies that clear it
	 * @param pending how many logins of it could still have been completed
	 */
	record Eviction(List<ResponseCookie> cookies, int pending) {
	}

	/**
	 * A cookie that the browser holds under a name of ours.
	 */
	private record Held(String name, int size, Optional<BindingCookie> cookie) {

		/**
		 * Tells whether an app issued the cookie. Older releases did not say, and what
		 * cannot be read is of no use to any app.
		 */
		boolean isOf(String app) {
			return this.cookie.map(BindingCookie::app).map(app::equals).orElse(true);
		}

		boolean isLive(Instant expired) {
			return this.cookie.filter(BindingCookie::pending)
				.filter((pending) -> pending.issued().isAfter(expired))
				.isPresent();
		}

		Instant issued() {
			return this.cookie.map(BindingCookie::issued).orElse(Instant.EPOCH);
		}

	}

}
