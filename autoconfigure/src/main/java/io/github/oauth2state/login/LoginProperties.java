package io.github.oauth2state.login;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of pending logins, as they were given. {@link LoginSettings} checks them.
 *
 * @param ttl how long a user may take at the provider, from 1s to 24h
 * @param maxPendingPerBrowser how many logins one browser may have pending, from 1 to 20;
 * one more evicts the oldest
 * @param recovery whether a user whose callback came twice or too late is sent on, to the
 * page asked for or to the provider again, rather than to an error page
 * @param verifyRedirectUri whether a callback at another URI than the redirect URI of its
 * login is refused, as a defense against mix-up attacks
 * @param sessions where the sessions of signed-in users are: auto, shared by all
 * instances if Spring Session is there, otherwise unknown; shared, all instances find
 * them; sticky, in one instance each, to which a balancer sends the user's requests
 * @param carrySavedRequest whether the page that a user asked for is kept with the
 * pending login rather than in a session, unless sessions are shared
 * @param cookie the cookie that binds a pending login to the browser that began it
 */
@ConfigurationProperties("oauth2-state.login")
record LoginProperties(@DefaultValue("10m") Duration ttl, @DefaultValue("8") int maxPendingPerBrowser,
		@DefaultValue("true") boolean recovery, @DefaultValue("true") boolean verifyRedirectUri,
		@DefaultValue("auto") LoginSettings.Sessions sessions, @DefaultValue("true") boolean carrySavedRequest,
		@DefaultValue Cookie cookie) {

	/**
	 * Properties of the binding cookie.
	 *
	 * @param name how the names of binding cookies begin: letters, digits, '-' and '_',
	 * at most 32; a secure cookie has '__Host-' before it
	 * @param secure whether the cookie is for https only; unless set, it is when the
	 * request is
	 * @param sameSite whether the cookie is sent with requests that other sites cause:
	 * lax, only when they navigate the whole page, or none, also inside of their frames
	 * and only over https; unless set, none if the session cookie has it and else lax
	 * @param domain the domain whose hosts all receive the cookie, for logins that begin
	 * and are called back on different hosts; the cookie then has '__Secure-' before its
	 * name and no longer '__Host-', so that these hosts can set it, too
	 * @param hostPrefix whether the name of a secure cookie begins with '__Host-'; with
	 * false it begins with '__Secure-', for proxies that rewrite the paths of cookies
	 */
	record Cookie(@DefaultValue("oauth2-state") String name, @Nullable Boolean secure, @Nullable SameSite sameSite,
			@Nullable String domain, @DefaultValue("true") boolean hostPrefix) {
	}

	/**
	 * Whether a cookie is sent with requests that other sites cause. Strict is left out,
	 * as the callback is such a request.
	 */
	enum SameSite {

		/**
		 * The cookie is sent with requests of other sites that navigate the whole page.
		 */
		LAX,

		/**
		 * The cookie is sent with all requests. This needs https; over plain http the
		 * cookie stays lax.
		 */
		NONE

	}

	/**
	 * Properties of pending logins that are kept in cookies, as they were given.
	 *
	 * @param keys the keys that seal pending logins in cookies, separated by commas, each
	 * as 'id:key' where the key is 32 random bytes in Base64: the first one seals, all of
	 * them open; make one with 'openssl rand -base64 32'
	 */
	@ConfigurationProperties("oauth2-state.cookie")
	record CookieKeys(@Nullable String keys) {

		// One text and no list: about a list with a gap, Spring Boot's failure analysis
		// shows the values.

		String keysOrNone() {
			return (this.keys != null) ? this.keys : "";
		}

		@Override
		public String toString() {
			return "CookieKeys[hidden]";
		}

	}

}
