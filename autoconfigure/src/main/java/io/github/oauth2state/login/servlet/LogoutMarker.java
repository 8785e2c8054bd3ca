package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.logout.LogoutHandler;

import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Ends authorizations of clients at a logout, on chains with the shared repository. In a
 * session they would end with it. On all chains a logout forgets the page that the user
 * asked for, and that the user was signed in again and again.
 */
class LogoutMarker implements LogoutHandler {

	private final PendingLogins logins;

	private volatile boolean enabled;

	LogoutMarker(PendingLogins logins) {
		this.logins = logins;
	}

	void enable() {
		this.enabled = true;
	}

	@Override
	public void logout(HttpServletRequest request, HttpServletResponse response,
			@Nullable Authentication authentication) {
		BrowserRequest browser = ServletRequests.browser(request);
		ServletRequests.addCookies(response, this.logins.cookies().logout(browser, this.enabled));
	}

}
