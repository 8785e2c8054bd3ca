package io.github.oauth2state.logout;

import java.util.concurrent.Executors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.SecurityContextServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.github.oauth2state.store.ReactiveStores;
import io.github.oauth2state.support.SafeLog;

/**
 * Ends sessions of requests of one filter chain.
 */
final class ReactiveSessionEnd {

	private static final Log logger = LogFactory.getLog(ReactiveSessionEnd.class);

	private static final String ATTRIBUTE = ReactiveSessionEnd.class.getName();

	private final EndedSessionPublisher ended;

	private final ReactiveStores threads;

	private volatile ServerLogoutHandler handlers = new SecurityContextServerLogoutHandler();

	/**
	 * Creates an object.
	 * @param ended tells whose sessions ended
	 * @param threads has threads that may block, which the listeners of the app may do
	 */
	ReactiveSessionEnd(EndedSessionPublisher ended, ReactiveStores threads) {
		this.ended = ended;
		this.threads = threads;
	}

	/**
	 * Sets what Spring Security does when a user of the chain logs out.
	 */
	void setHandlers(ServerLogoutHandler handlers) {
		this.handlers = handlers;
	}

	/**
	 * Lets {@link #of} find this object for a request.
	 */
	void bindTo(ServerWebExchange exchange) {
		exchange.getAttributes().put(ATTRIBUTE, this);
	}

	/**
	 * Returns what ends the session of a request, or {@code null} if no filter chain of
	 * the app handles it.
	 */
	static @Nullable ReactiveSessionEnd of(ServerWebExchange exchange) {
		return exchange.getAttribute(ATTRIBUTE);
	}

	/**
	 * Logs the user out as Spring Security does on request of the user, and ends the
	 * session, which Spring Security would only take the user out of. A handler of the
	 * app that fails does not keep the session alive.
	 */
	Mono<Void> end(WebFilterExchange exchange, Authentication user) {
		return Mono.defer(() -> this.handlers.logout(exchange, user))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> logger.warn(
					"A logout handler failed (%s). The session ends nevertheless.".formatted(SafeLog.describe(ex)),
					ex)))
			.then(Mono.defer(() -> exchange.getExchange().getSession().flatMap(WebSession::invalidate)))
			.then(Mono.defer(() -> tell(user)));
	}

	private Mono<Void> tell(Authentication user) {
		return !this.ended.hasListeners() ? Mono.empty()
				: this.threads.<Void>onBlockingThread(Executors.callable(() -> this.ended.tell(user), null))
					.onErrorResume((ex) -> Mono.fromRunnable(() -> logger
						.warn("No listener is told that a session ended (%s)".formatted(SafeLog.describe(ex)))));
	}

}
