package io.github.oauth2state.demo.idp;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Counts the calls of the token endpoint, because how often a code was redeemed or a
 * token refreshed cannot be seen from outside. Tells the number of all calls at
 * {@code /token-calls}, and of those that refresh at {@code /refresh-calls}.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class TokenCallCounter extends OncePerRequestFilter {

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger refreshes = new AtomicInteger();

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		switch (request.getServletPath()) {
			case "/token-calls" -> response.getWriter().print(this.calls.get());
			case "/refresh-calls" -> response.getWriter().print(this.refreshes.get());
			case "/oauth2/token" -> {
				this.calls.incrementAndGet();
				if (RefreshDelay.isRefresh(request)) {
					this.refreshes.incrementAndGet();
				}
				chain.doFilter(request, response);
			}
			default -> chain.doFilter(request, response);
		}
	}

}
