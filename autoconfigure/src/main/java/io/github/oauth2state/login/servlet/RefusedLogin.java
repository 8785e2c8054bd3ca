package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.LocalPath;

/**
 * A login that cannot begin, noted so that the answer tells it from a failure of Spring
 * Security.
 *
 * @param correlationId by which id log lines name it
 * @param retryPath where the user can try again
 * @param temporary whether it may begin later, because the store did not take it
 */
record RefusedLogin(String correlationId, String retryPath, boolean temporary) {

	private static final String ATTRIBUTE = RefusedLogin.class.getName();

	static void note(HttpServletRequest request, String correlationId, BrowserRequest browser, boolean temporary) {
		String retryPath = LocalPath.isLocal(browser.path()) ? browser.path() : "/";
		request.setAttribute(ATTRIBUTE, new RefusedLogin(correlationId, retryPath, temporary));
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
	}

	static @Nullable RefusedLogin of(HttpServletRequest request) {
		return (RefusedLogin) request.getAttribute(ATTRIBUTE);
	}

}
