package io.github.oauth2state.login.servlet;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

import io.github.oauth2state.support.FailureReason;

/**
 * Notes why a login failed, and lets another handler answer. Spring Security itself logs
 * it for those who trace it only.
 */
final class FailureRecorder implements AuthenticationFailureHandler {

	private static final String ATTRIBUTE = FailureRecorder.class.getName();

	private final AuthenticationFailureHandler other;

	FailureRecorder(AuthenticationFailureHandler other) {
		this.other = other;
	}

	@Override
	public void onAuthenticationFailure(HttpServletRequest request, HttpServletResponse response,
			AuthenticationException exception) throws IOException, ServletException {
		request.setAttribute(ATTRIBUTE, FailureReason.of(exception));
		this.other.onAuthenticationFailure(request, response, exception);
	}

	static @Nullable String reason(HttpServletRequest request) {
		return (String) request.getAttribute(ATTRIBUTE);
	}

}
