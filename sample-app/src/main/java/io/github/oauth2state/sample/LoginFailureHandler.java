package io.github.oauth2state.sample;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * Answers a login that failed with the error page, and without a redirect, as the request
 * knows the reference by which the log names this login. No session is made for it.
 */
class LoginFailureHandler implements AuthenticationFailureHandler {

	private final Advice notFound;

	/**
	 * Creates a handler.
	 * @param notFound what to say where there is no pending login for a callback
	 */
	LoginFailureHandler(Advice notFound) {
		this.notFound = notFound;
	}

	@Override
	public void onAuthenticationFailure(HttpServletRequest request, HttpServletResponse response,
			AuthenticationException exception) throws IOException {
		String code = (exception instanceof OAuth2AuthenticationException ex) ? ex.getError().getErrorCode() : "";
		request.setAttribute(Advice.ATTRIBUTE, Advice.ofLogin(code, this.notFound));
		response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
	}

}
