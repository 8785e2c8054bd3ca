package io.github.oauth2state.sample;

import java.io.IOException;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
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
		request.setAttribute(Advice.ATTRIBUTE, advice(exception));
		response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
	}

	/**
	 * Chooses by the code of the error, and shows nothing of it: it comes from the URL.
	 */
	private Advice advice(AuthenticationException exception) {
		String code = (exception instanceof OAuth2AuthenticationException ex) ? ex.getError().getErrorCode() : "";
		return switch (code) {
			case OAuth2ErrorCodes.ACCESS_DENIED -> Advice.CANCELLED;
			case Advice.NOT_FOUND -> this.notFound;
			default -> Advice.NOT_CONFIRMED;
		};
	}

}
