package io.github.oauth2state.logout;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Adds a new session to the index after Spring Session has saved it. If it were added
 * before, a logout in between would delete nothing, and the session would be saved after
 * that.
 */
final class AfterSaveFilter extends OncePerRequestFilter {

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		LogoutRequest current = LogoutRequest.enter();
		try {
			chain.doFilter(request, response);
		}
		finally {
			current.leave();
		}
	}

}
