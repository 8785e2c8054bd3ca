package io.github.oauth2state.login.servlet;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

/**
 * Knows where a user wanted to go when they were sent to log in.
 */
class LoginTarget {

	private final RequestCache requestCache;

	private volatile @Nullable AuthenticationSuccessHandler successHandler;

	LoginTarget(RequestCache requestCache) {
		this.requestCache = requestCache;
	}

	void setSuccessHandler(@Nullable AuthenticationSuccessHandler successHandler) {
		this.successHandler = successHandler;
	}

	/**
	 * Sends a user on who has been signed in by another request. A success handler of the
	 * app's own is not called, as it was for that request and may do more than redirect.
	 */
	void redirectSignedIn(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
			throws IOException, ServletException {
		AuthenticationSuccessHandler handler = this.successHandler;
		if (handler != null && handler.getClass() == SavedRequestAwareAuthenticationSuccessHandler.class) {
			handler.onAuthenticationSuccess(request, response, authentication);
		}
		else {
			redirect(request, response, request.getContextPath() + "/");
		}
	}

	/**
	 * Sends the user on to the request that was saved for them, or else to the given path
	 * in this app.
	 */
	void redirect(HttpServletRequest request, HttpServletResponse response, String otherwise) throws IOException {
		SavedRequest saved = this.requestCache.getRequest(request, response);
		response.sendRedirect((saved != null) ? saved.getRedirectUrl() : otherwise);
	}

}
