package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.web.BrowserRequest;

/**
 * A login that cannot begin, noted so that the answer tells it from a failure of Spring
 * Security.
 *
 * @param correlationId by which id log lines name it
 * @param retryPath where the user can try again
 * @param reason why it cannot begin
 */
record RefusedLogin(String correlationId, String retryPath, Reason reason) {

	private static final String ATTRIBUTE = RefusedLogin.class.getName();

	static void note(HttpServletRequest request, String correlationId, BrowserRequest browser, Reason reason) {
		String retryPath = BrowserRequest.isLocalPath(browser.path()) ? browser.path() : "/";
		request.setAttribute(ATTRIBUTE, new RefusedLogin(correlationId, retryPath, reason));
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
	}

	static @Nullable RefusedLogin of(HttpServletRequest request) {
		return (RefusedLogin) request.getAttribute(ATTRIBUTE);
	}

	/**
	 * Why a login cannot begin.
	 */
	enum Reason {

		/**
		 * The store does not answer. The login may begin later.
		 */
		STORE,

		/**
		 * The authorization request cannot be kept.
		 */
		NOT_STORABLE,

		/**
		 * The user was signed in several times, and the app does not know it.
		 */
		NOT_SIGNED_IN

	}

}
