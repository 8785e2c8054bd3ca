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
	 * Bounds what a browser sends with every request because of cookies that carry
	 * records, in bytes: servers accept 8 KiB of headers.
	 */
	private static final int MAX_TOTAL_SIZE = 4096;

	private static final int HASH_BYTES = 8;

	private static final int HASH_CHARACTERS = 11;

	private final LoginSettings settings;

	BindingCookies(LoginSettings settings) {
		this.settings = settings;
	}

	Optional<BindingCookie> find(BrowserRequest browser, String state) {
		return Optional.ofNullable(browser.cookies().get(name(browser, state))).flatMap(BindingCookie::parse);
	}

	ResponseCookie issue(BrowserRequest browser, String state, BindingCookie cookie) {
		Duration maxAge = cookie.pending() ? this.settings.ttl().plus(REMEMBER_EXPIRED) : REMEMBER_USED;
		return build(browser, name(browser, state), cookie.format(), maxAge, cookie.callbackPath() != null);
	}

	private ResponseCookie build(BrowserRequest browser, String name, String value, Duration maxAge,
			boolean sentWithCrossSitePost) {
		return ResponseCookie.from(name, value)
			.path("/")
			.httpOnly(true)
			.secure(isSecure(browser))
			.sameSite(sentWithCrossSitePost ? "None" : "Lax")
			.maxAge(maxAge)
			.build();
	}

	boolean isSecure(BrowserRequest browser) {
		return this.settings.isCookieSecure(browser);
	}

	private String name(BrowserRequest browser, String state) {
		byte[] hash = StateKey.of(this.settings.namespace(), "cookie", state).toByteArray();
		return prefix(browser)
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
	}

	String prefix(BrowserRequest browser) {
		return this.settings.cookiePrefix(browser);
	}

	/**
	 * Makes room for one more cookie that carries no record.
	 * @param browser the request that begins a login
	 * @param now the time
	 * @return as for one that does
	 */
	Optional<Eviction> makeRoom(BrowserRequest browser, Instant now) {
		return makeRoom(browser, now, 0);
	}

	/**
	 * Makes room for one more cookie.
	 * @param browser the request that begins a login
	 * @param now the time
	 * @param size the size of the cookie, in bytes, if it carries a record, otherwise 0
	 * @return what has to go, or empty if the login that begins has to: another site must
	 * not be able to push out a pending login
	 */
	Optional<Eviction> makeRoom(BrowserRequest browser, Instant now, int size) {
		List<Held> held = held(browser);
		Instant expired = now.minus(this.settings.ttl());
		List<Held> evictable = held.stream()
			.filter((cookie) -> !browser.crossSite() || !cookie.isLive(expired))
			.sorted(Comparator.comparing((Held cookie) -> cookie.isLive(expired)).thenComparing(Held::issued))
			.toList();
		int excess = Math.max(held.size() + 1 - this.settings.maxPendingPerBrowser(),
				(size > 0) ? excessBySize(held, evictable, size) : 0);
		if (excess > evictable.size()) {
			return Optional.empty();
		}
		List<Held> evicted = evictable.subList(0, Math.max(0, Math.min(excess, MAX_CLEARED_AT_ONCE)));
		return Optional.of(new Eviction(evicted.stream().map((cookie) -> clear(browser, cookie.name())).toList(),
				(int) evicted.stream().filter((cookie) -> cookie.isLive(expired)).count()));
	}

	private static int excessBySize(List<Held> held, List<Held> evictable, int size) {
		int total = held.stream().mapToInt(Held::size).sum() + size;
		int excess = 0;
		while (total > MAX_TOTAL_SIZE && excess < evictable.size()) {
			total -= evictable.get(excess).size();
			excess++;
		}
		return (total > MAX_TOTAL_SIZE && held.size() > excess) ? evictable.size() + 1 : excess;
	}

	private ResponseCookie clear(BrowserRequest browser, String name) {
		return build(browser, name, "", Duration.ZERO, false);
	}

	private List<Held> held(BrowserRequest browser) {
		String prefix = prefix(browser);
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
