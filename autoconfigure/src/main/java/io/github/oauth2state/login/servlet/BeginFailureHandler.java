package io.github.oauth2state.login.servlet;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * Answers for a login that cannot begin, because the store does not answer or because the
 * authorization request cannot be kept. Spring Security's own answer is an error, whose
 * page may need a login, which cannot begin: browsers would be redirected for ever. The
 * same goes for logins that are no use, as the app does not know the user afterwards.
 * <p>
 * Answers for a begin that was sent ahead of the user, too.
 */
final class BeginFailureHandler implements AuthenticationFailureHandler {

	private static final String RETRY_SECONDS = "5";

	private final AuthenticationFailureHandler other;

	/**
	 * Creates a handler.
	 * @param other answers for everything else
	 */
	BeginFailureHandler(AuthenticationFailureHandler other) {
		this.other = other;
	}

	@Override
	public void onAuthenticationFailure(HttpServletRequest request, HttpServletResponse response,
			AuthenticationException exception) throws IOException, ServletException {
		if (Prefetch.is(request) && !response.isCommitted()) {
			Prefetch.refuse(response);
			return;
		}
		@Nullable RefusedLogin refused = RefusedLogin.of(request);
		if (refused == null || response.isCommitted()) {
			this.other.onAuthenticationFailure(request, response, exception);
			return;
		}
		switch (refused.reason()) {
			case STORE -> {
				response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
				write(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "Login not possible at the moment",
						"This should be over soon.", refused);
			}
			case NOT_STORABLE -> write(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, "Login not possible",
					"The application cannot begin this login. Its log says why.", refused);
			case NOT_SIGNED_IN -> write(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
					"Signed in, but not kept",
					"You were signed in several times in a row, but the page after that did not know it. Either the "
							+ "instances of this application do not share their sessions, or your browser does not "
							+ "send the session cookie.",
					refused);
		}
	}

	private static void write(HttpServletResponse response, int status, String title, String text, RefusedLogin refused)
			throws IOException {
		ErrorPage.write(response, status, title, text, refused.retryPath(), refused.correlationId());
	}

}
