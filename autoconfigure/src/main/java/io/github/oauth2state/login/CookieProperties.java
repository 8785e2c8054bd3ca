package io.github.oauth2state.login;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of pending logins that are kept in cookies, as they were given.
 *
 * @param keys the keys that they are sealed under, separated by commas, each as 'id:key'
 * where the key is 32 random bytes in Base64: the first one seals, all of them open; make
 * one with 'openssl rand -base64 32'
 */
@ConfigurationProperties("oauth2-state.cookie")
record CookieProperties(@Nullable String keys) {

	// One text and no list: about a list with a gap, Spring Boot's failure analysis shows
	// the values.

	String keysOrNone() {
		return (this.keys != null) ? this.keys : "";
	}

	@Override
	public String toString() {
		return "CookieProperties[hidden]";
	}

}
