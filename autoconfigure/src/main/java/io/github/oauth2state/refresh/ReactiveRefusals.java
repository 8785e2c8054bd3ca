package io.github.oauth2state.refresh;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.security.core.Authentication;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.tokens.ReactiveRefusalHandler;

/**
 * Hands on refusals of users' refresh tokens, as {@link Refusals}.
 */
final class ReactiveRefusals {

	private static final String HANDED_ON = ReactiveRefusals.class.getName() + ".";

	private final SafeLog log = new SafeLog(Refusals.class);

	private final Supplier<List<ReactiveRefusalHandler>> handlers;

	/**
	 * Creates an object.
	 * @param handlers handle the refusals; asked for with the first one, as they may need
	 * what refreshes tokens
	 */
	ReactiveRefusals(Supplier<List<ReactiveRefusalHandler>> handlers) {
		this.handlers = handlers;
	}

	/**
	 * Hands on that the provider refused a refresh token for good. Never fails.
	 */
	Mono<Void> handOn(RequestedTokens refused) {
		return Mono.deferContextual((context) -> {
			CurrentAuthorization authorization = refused.authorization();
			Authentication user = (authorization != null) ? authorization.user() : null;
			String registrationId = refused.registration().getRegistrationId();
			if (user == null || isHandedOn(registrationId, context)) {
				return Mono.empty();
			}
			return Flux.fromIterable(this.handlers.get())
				.concatMap((handler) -> Mono.defer(() -> handler.onRefusal(refused.registration(), user))
					.onErrorResume((ex) -> {
						this.log.write((logger) -> logger
							.warn("A refused refresh of registration '%s' could not be handled: %s"
								.formatted(registrationId, SafeLog.describe(ex))));
						return Mono.empty();
					}))
				.then();
		});
	}

	/**
	 * A page may ask for tokens several times. A job has no exchange, and asks once.
	 */
	private static boolean isHandedOn(String registrationId, ContextView context) {
		return context.<ServerWebExchange>getOrEmpty(ServerWebExchange.class)
			.map((exchange) -> exchange.getAttributes().put(HANDED_ON + registrationId, true) != null)
			.orElse(false);
	}

}
