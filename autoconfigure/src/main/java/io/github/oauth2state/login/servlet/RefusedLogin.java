package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.login.BrowserRequest;
import io.github.oauth2state.login.LocalPath;

/**
 * A login that the store did not take, noted so that it can be told from a mistake in the
 * app if it cannot begin elsewhere either.
 *
 * @param correlationId by which id log lines name it
 * @param retryPath where the user can try again
 */
record RefusedLogin(String correlationId, String retryPath) {

	private static final String ATTRIBUTE = RefusedLogin.class.getName();

	static void note(HttpServletRequest request, String correlationId, BrowserRequest browser) {
		String retryPath = LocalPath.isLocal(browser.path()) ? browser.path() : "/";
		request.setAttribute(ATTRIBUTE, new RefusedLogin(correlationId, retryPath));
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
	}

	static @Nullable RefusedLogin of(HttpServletRequest request) {
		return (RefusedLogin) request.getAttribute(ATTRIBUTE);
	}

}
