package io.github.oauth2state.sample;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Says on every response which instance gave it, and notes when the request came; first
 * of all filters, so that redirects and refusals say it too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class InstanceHeaderFilter implements WebFilter {

	private static final String ARRIVAL = InstanceHeaderFilter.class.getName() + ".arrival";

	private final InstanceName instance;

	InstanceHeaderFilter(InstanceName instance) {
		this.instance = instance;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		exchange.getAttributes().put(ARRIVAL, Instant.now());
		exchange.getResponse().getHeaders().set("X-Instance", this.instance.get());
		return chain.filter(exchange);
	}

	/**
	 * Returns when a request came.
	 * @param exchange the request
	 * @return the time, or {@code null} where this filter was not involved
	 */
	static @Nullable Instant arrival(ServerWebExchange exchange) {
		return exchange.getAttribute(ARRIVAL);
	}

}
