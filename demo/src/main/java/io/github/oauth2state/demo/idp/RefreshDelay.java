package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.time.Duration;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Makes refreshes take a while, as at a provider that is far away or busy. On one machine
 * they would be over before a second request could find the same token due.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class RefreshDelay extends OncePerRequestFilter {

	private final Duration delay;

	RefreshDelay(@Value("${demo.refresh-delay}") Duration delay) {
		this.delay = delay;
	}

	/**
	 * Tells whether a request is to refresh tokens.
	 */
	static boolean isRefresh(HttpServletRequest request) {
		return "/oauth2/token".equals(request.getServletPath())
				&& "refresh_token".equals(request.getParameter(OAuth2ParameterNames.GRANT_TYPE));
	}

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		return !isRefresh(request);
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		try {
			Thread.sleep(this.delay.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		chain.doFilter(request, response);
	}

}
