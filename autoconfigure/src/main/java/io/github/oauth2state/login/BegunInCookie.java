package io.github.oauth2state.login;

import java.util.List;

import org.springframework.http.ResponseCookie;

/**
 * A login as it begins in a cookie: all there is to do is to tell the browser.
 *
 * @param cookies the cookie that has the record, and those that have to go for it
 * @param evicted how many pending logins have to go for it
 * @param correlationId by which id log lines name this login
 */
public record BegunInCookie(List<ResponseCookie> cookies, int evicted, String correlationId) {

	@Override
	public String toString() {
		return "BegunInCookie[hidden]";
	}

}
