package io.github.oauth2state.login;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.springframework.http.ResponseCookie;

import io.github.oauth2state.StateKey;
import io.github.oauth2state.record.Base64Url;
import io.github.oauth2state.web.BrowserRequest;

/**
 * The binding cookies of a browser: names, finds, issues and clears them.
 * <p>
 * There is one for each pending login. Its name is made from the namespace and the state,
 * so that neither tabs nor apps on one host disturb each other. On https it has the
 * {@code __Host-} prefix (RFC 6265bis, section 4.1.3.2), and then only that name is read:
 * a neighbouring subdomain can set cookies for us, but not that one.
 */
final class BindingCookieJar {

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

	private final RecentCookies recent;

	BindingCookieJar(LoginSettings settings) {
		this.settings = settings;
		this.recent = new RecentCookies(settings.maxPendingPerBrowser(), System::nanoTime);
		this.app = hash(StateKey.of(settings.namespace(), "cookie-app"), APP_HASH_BYTES);
	}

	/**
	 * Returns the part of cookies that names the app.
	 */
	String app() {
		return this.app;
	}

	/**
	 * Finds the cookie of a login.
	 */
	Optional<BindingCookie> find(BrowserRequest browser, String state) {
		String name = this.settings.cookie().name(browser, hash(state));
		return Optional.ofNullable(browser.cookies().get(name)).flatMap(BindingCookie::parse);
	}

	ResponseCookie issue(BrowserRequest browser, String state, BindingCookie cookie) {
		return build(browser, this.settings.cookie().name(browser, hash(state)), cookie,
				this.settings.ttl().plus(REMEMBER_EXPIRED));
	}

	/**
	 * Issues the mark that replaces the cookie of a login once it is called back.
	 */
	ResponseCookie issueUsedMark(BrowserRequest browser, String state, BindingCookie mark) {
		return build(browser, this.settings.cookie().name(browser, hash(state)), mark, REMEMBER_USED);
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
	 * Returns whether the browser has a cookie of a login whose callback is posted to the
	 * path.
	 */
	boolean hasPostedTo(BrowserRequest browser, String path) {
		return held(browser).stream()
			.anyMatch((held) -> held.cookie().map(BindingCookie::callbackPath).filter(path::equals).isPresent());
	}

	private String hash(String state) {
		return hash(StateKey.of(this.settings.namespace(), "cookie", state), HASH_BYTES);
	}

	private static String hash(StateKey key, int bytes) {
		return Base64Url.encode(Arrays.copyOf(key.toByteArray(), bytes));
	}

	/**
	 * Makes room for a new cookie. The number of pending logins is counted for each app
	 * on the host, the size of all cookies for all apps together; cookies of other apps
	 * are cleared last. One answer clears 16 cookies at most. If a browser has more that
	 * must go, the user's next logins clear the rest.
	 * @param browser the request that starts a login
	 * @param now the time
	 * @param issued the new cookie
	 * @return the cookies to send, the new one as the last, or empty if another site
	 * starts the login and there is no room: it must not be able to evict a pending
	 * login, or to let the browser have more than it may
	 */
	Optional<Eviction> makeRoom(BrowserRequest browser, Instant now, ResponseCookie issued) {
		List<Held> held = held(browser);
		if (held.isEmpty()) {
			return Optional.of(new Eviction(List.of(issued), 0));
		}
		Instant expired = now.minus(this.settings.ttl());
		int own = 1 + (int) held.stream().filter((cookie) -> cookie.isOf(this.app)).count();
		int total = size(issued) + held.stream().mapToInt(Held::size).sum();
		List<Held> evicted = new ArrayList<>();
		for (Held candidate : evictable(held, browser, expired)) {
			boolean tooMany = own > this.settings.maxPendingPerBrowser() && candidate.isOf(this.app);
			if (tooMany || total > MAX_TOTAL_SIZE) {
				evicted.add(candidate);
				own -= candidate.isOf(this.app) ? 1 : 0;
				total -= candidate.size();
			}
		}
		List<Held> cleared = evicted.subList(0, Math.min(evicted.size(), MAX_CLEARED_AT_ONCE));
		int left = total + evicted.subList(cleared.size(), evicted.size()).stream().mapToInt(Held::size).sum();
		if (browser.crossSite() && (own > this.settings.maxPendingPerBrowser()
				|| (left > MAX_TOTAL_SIZE && held.size() > cleared.size()))) {
			return Optional.empty();
		}
		Stream<ResponseCookie> cookies = cleared.stream().map((cookie) -> clear(browser, cookie.name()));
		return Optional.of(new Eviction(Stream.concat(cookies, Stream.of(issued)).toList(),
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

	/**
	 * Clears cookies that other requests of the browser received at the same time, if
	 * they and the new one are too many. A request that another site causes clears none
	 * that the user or this site caused.
	 * @param sender tells browsers apart
	 * @param received when the app received the request, in nanoseconds
	 */
	List<ResponseCookie> clearUnseen(BrowserRequest browser, int sender, long received, ResponseCookie issued) {
		List<String> names = this.recent.add(sender, issued.getName(), size(issued), received,
				browser.cookies().keySet(), browser.crossSite());
		return names.isEmpty() ? List.of() : names.stream().map((name) -> clear(browser, name)).toList();
	}

	private static int size(ResponseCookie cookie) {
		return cookie.getName().length() + cookie.getValue().length();
	}

	private ResponseCookie clear(BrowserRequest browser, String name) {
		return this.settings.cookie().cookie(browser, name, "", Duration.ZERO).build();
	}

	private List<Held> held(BrowserRequest browser) {
		if (browser.cookies().isEmpty()) {
			return List.of();
		}
		List<String> prefixes = this.settings.cookie().names(browser, "");
		List<Held> held = new ArrayList<>();
		browser.cookies().forEach((name, value) -> {
			if (isNamed(name, prefixes.get(0)) || isNamed(name, prefixes.get(prefixes.size() - 1))) {
				held.add(new Held(name, name.length() + value.length(), BindingCookie.parse(value)));
			}
		});
		return held;
	}

	private static boolean isNamed(String name, String prefix) {
		return name.startsWith(prefix) && name.length() == prefix.length() + HASH_CHARACTERS;
	}

	/**
	 * What a new cookie makes the browser clear.
	 *
	 * @param cookies the cookies that clear others, and the new one
	 * @param pending how many logins that could still have been completed are lost
	 */
	record Eviction(List<ResponseCookie> cookies, int pending) {
	}

	/**
	 * A cookie that the browser has under a name of ours.
	 */
	private record Held(String name, int size, Optional<BindingCookie> cookie) {

		/**
		 * Returns whether an app issued the cookie. Older releases did not say, and a
		 * cookie that cannot be read is of no use to any app.
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
