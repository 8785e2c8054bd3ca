package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Counts that a user was signed in by a session, and lets another handler answer. If the
 * next page does not know the session, it sends the user to log in again, and so on.
 */
final class SuccessRecorder implements AuthenticationSuccessHandler {

	private final AuxiliaryCookies cookies;

	private final AuthenticationSuccessHandler other;

	SuccessRecorder(AuxiliaryCookies cookies, AuthenticationSuccessHandler other) {
		this.cookies = cookies;
		this.other = other;
	}

	@Override
	public void onAuthenticationSuccess(HttpServletRequest request, HttpServletResponse response,
			Authentication authentication) throws IOException, ServletException {
		@Nullable TakenLogin taken = TakenLogin.of(request);
		if (taken != null && taken.path() != LoginPath.SESSION && isSignedInBySession(request)) {
			BrowserRequest browser = ServletRequests.browser(request);
			ServletRequests.addCookies(response, List.of(this.cookies.countSignIn(browser)));
		}
		this.other.onAuthenticationSuccess(request, response, authentication);
	}

	private static boolean isSignedInBySession(HttpServletRequest request) {
		HttpSession session = request.getSession(false);
		return session != null
				&& session.getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY) != null;
	}

}
