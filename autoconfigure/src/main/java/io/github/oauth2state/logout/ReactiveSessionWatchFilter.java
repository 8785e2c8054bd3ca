package io.github.oauth2state.logout;

import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.github.oauth2state.store.ReactiveStores;

/**
 * Lets the index of sessions follow what requests do. Comes before everything that loads
 * a session.
 */
final class ReactiveSessionWatchFilter implements WebFilter, Ordered {

	private final LogoutServices services;

	private final ReactiveStores threads;

	ReactiveSessionWatchFilter(LogoutServices services, ReactiveStores threads) {
		this.services = services;
		this.threads = threads;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		IndexUpdates updates = this.services.updates();
		return chain.filter((updates != null && this.services.isInUse())
				? new ReactiveWatchedExchange(exchange, updates, this.threads) : exchange);
	}

}
