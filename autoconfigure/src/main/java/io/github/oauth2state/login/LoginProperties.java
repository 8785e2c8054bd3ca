package io.github.oauth2state.login;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of pending logins, as they were given. See {@link LoginSettings} for what
 * they amount to.
 *
 * @param ttl how long a user may take at the provider, from 1s to 24h
 * @param maxPendingPerBrowser how many logins one browser may have pending, from 1 to 20;
 * one more makes the oldest go
 * @param recovery whether a callback that came twice or too late leads on, to where the
 * user wanted to go or to the provider again, rather than to an error page
 * @param cookie the cookie that binds a pending login to the browser that began it
 */
@ConfigurationProperties("oauth2-state.login")
public record LoginProperties(@DefaultValue("10m") Duration ttl, @DefaultValue("8") int maxPendingPerBrowser,
		@DefaultValue("true") boolean recovery, @DefaultValue Cookie cookie) {

	/**
	 * Properties of the binding cookie.
	 *
	 * @param name how the names of binding cookies begin: letters, digits, '-' and '_',
	 * at most 32; a secure cookie has '__Host-' before it
	 * @param secure whether the cookie is for https only; unless set, it is when the
	 * request is
	 */
	public record Cookie(@DefaultValue("oauth2-state") String name, @Nullable Boolean secure) {
	}

}
