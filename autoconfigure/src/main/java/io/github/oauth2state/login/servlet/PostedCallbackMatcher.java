package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.util.matcher.RequestMatcher;

import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.PendingLogins;

/**
 * Matches the posted callbacks of logins that this browser began and asked to be posted,
 * on chains with the shared repository. They cannot carry a CSRF token, and need none.
 */
class PostedCallbackMatcher implements RequestMatcher {

	private final PendingLogins logins;

	private volatile boolean enabled;

	PostedCallbackMatcher(PendingLogins logins) {
		this.logins = logins;
	}

	void enable() {
		this.enabled = true;
	}

	@Override
	public boolean matches(HttpServletRequest request) {
		if (!this.enabled || !HttpMethod.POST.matches(request.getMethod())) {
			return false;
		}
		BrowserRequest browser = ServletRequests.browser(request);
		return ServletRequests.state(request)
			.filter((state) -> this.logins.isPostedCallback(state, browser))
			.isPresent();
	}

}
