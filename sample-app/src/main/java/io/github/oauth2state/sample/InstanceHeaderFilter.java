package io.github.oauth2state.sample;

import java.io.IOException;
import java.time.Instant;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Says on every response which instance gave it, and notes when the request came; first
 * of all filters, so that redirects and refusals say it too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class InstanceHeaderFilter extends OncePerRequestFilter {

	private static final String ARRIVAL = InstanceHeaderFilter.class.getName() + ".arrival";

	private final InstanceName instance;

	InstanceHeaderFilter(InstanceName instance) {
		this.instance = instance;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		request.setAttribute(ARRIVAL, Instant.now());
		response.setHeader("X-Instance", this.instance.get());
		chain.doFilter(request, response);
	}

	/**
	 * Returns when a request came.
	 * @param request the request
	 * @return the time, or {@code null} where this filter was not involved
	 */
	static @Nullable Instant arrival(RequestAttributes request) {
		return (Instant) request.getAttribute(ARRIVAL, RequestAttributes.SCOPE_REQUEST);
	}

}
