package io.github.oauth2state.login;

import java.time.Duration;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.web.CookieSettings;

/**
 * The checked settings of pending logins.
 *
 * @param namespace keeps the logins of this app apart from those of others
 * @param ttl how long a user may take at the provider
 * @param maxPendingPerBrowser how many logins one browser may have pending
 * @param recovery whether the user is sent on if a callback came twice or too late
 * @param verifyRedirectUri whether callbacks at another URI than the login's are refused
 * @param sessions where the sessions of signed-in users are
 * @param carrySavedRequest whether the page that a user asked for is kept with the login
 * @param cookie the attributes of the library's cookies
 */
public record LoginSettings(String namespace, Duration ttl, int maxPendingPerBrowser, boolean recovery,
		boolean verifyRedirectUri, Sessions sessions, boolean carrySavedRequest, CookieSettings cookie) {

	static final int MAX_PENDING_PER_BROWSER = 20;

	private static final Pattern COOKIE_NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");

	private static final Pattern DOMAIN = Pattern
		.compile("(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62}\\.)+[A-Za-z][A-Za-z0-9-]{0,62}|localhost");

	/**
	 * Checks properties.
	 * @param properties the properties of logins
	 * @param namespace the namespace of the app
	 * @param crossSite whether the session cookie is sent with requests of other sites
	 */
	static LoginSettings of(LoginProperties properties, String namespace, boolean crossSite) {
		LoginProperties.Cookie cookie = properties.cookie();
		Duration ttl = PropertyCheck.of("oauth2-state.login.ttl", properties.ttl())
			.between(Duration.ofSeconds(1), Duration.ofHours(24), "Use 1s to 24h, for example 10m.");
		int maxPending = PropertyCheck
			.of("oauth2-state.login.max-pending-per-browser", properties.maxPendingPerBrowser())
			.between(1, MAX_PENDING_PER_BROWSER,
					"Use 1 to 20: the browser sends the cookies of all of them with every request.");
		PropertyCheck.of("oauth2-state.login.cookie.name", cookie.name())
			.must(LoginSettings::isCookieName, "Use 1 to 32 letters, digits, '-' or '_', and leave out '__Host-' and "
					+ "'__Secure-': '__Host-' is added by itself on https.");
		if (cookie.domain() != null) {
			PropertyCheck.of("oauth2-state.login.cookie.domain", cookie.domain())
				.must(DOMAIN.asMatchPredicate(), "Use the name of a domain, for example example.com, without a dot "
						+ "before it. Leave it out if logins begin and are called back on the same host.");
		}
		if (cookie.sameSite() == LoginProperties.SameSite.NONE) {
			PropertyCheck.of("oauth2-state.login.cookie.same-site", cookie.sameSite())
				.must((none) -> !Boolean.FALSE.equals(cookie.secure()),
						"Use lax, or remove oauth2-state.login.cookie.secure=false: browsers accept SameSite=None "
								+ "only from secure cookies.");
		}
		return new LoginSettings(namespace, ttl, maxPending, properties.recovery(), properties.verifyRedirectUri(),
				properties.sessions(), properties.carrySavedRequest(), new CookieSettings(cookie.name(),
						cookie.secure(), isCrossSite(cookie, crossSite), cookie.domain(), cookie.hostPrefix()));
	}

	private static boolean isCrossSite(LoginProperties.Cookie cookie, boolean unlessSet) {
		return (cookie.sameSite() != null) ? cookie.sameSite() == LoginProperties.SameSite.NONE
				: unlessSet && !Boolean.FALSE.equals(cookie.secure());
	}

	/**
	 * Returns why a setting weakens the binding of logins to browsers, if one does.
	 */
	@Nullable String cookieWarning() {
		String domain = this.cookie.domain();
		if (domain != null) {
			return "oauth2-state.login.cookie.domain=" + domain
					+ " gives up the cookie prefix '__Host-': every host below "
					+ "that domain can set the cookies that bind logins to browsers, and so log a user in as somebody else. "
					+ "Set it only if all of these hosts are trusted.";
		}
		return this.cookie.hostPrefix() ? null
				: "oauth2-state.login.cookie.host-prefix=false gives up the cookie prefix '__Host-': other hosts below the same "
						+ "domain can set the cookies that bind logins to browsers, and so log a user in as somebody else. Set "
						+ "it only behind a proxy that rewrites the paths of cookies.";
	}

	private static boolean isCookieName(String name) {
		return COOKIE_NAME.matcher(name).matches() && !name.startsWith("__");
	}

	/**
	 * Where the sessions of signed-in users are.
	 */
	public enum Sessions {

		/**
		 * Shared by all instances if Spring Session is there, and otherwise unknown.
		 */
		AUTO,

		/**
		 * All instances find them.
		 */
		SHARED,

		/**
		 * Each is in one instance, to which a balancer sends the user's requests.
		 */
		STICKY

	}

}
