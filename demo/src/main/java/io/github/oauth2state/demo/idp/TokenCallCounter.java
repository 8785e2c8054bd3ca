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
 * Counts the calls of the token endpoint and tells the number at {@code /token-calls},
 * because how often a code was redeemed cannot be seen from outside.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class TokenCallCounter extends OncePerRequestFilter {

	private final AtomicInteger calls = new AtomicInteger();

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		switch (request.getServletPath()) {
			case "/token-calls" -> response.getWriter().print(this.calls.get());
			case "/oauth2/token" -> {
				this.calls.incrementAndGet();
				chain.doFilter(request, response);
			}
			default -> chain.doFilter(request, response);
		}
	}

}
