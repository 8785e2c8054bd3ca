package io.github.oauth2state.logout;

import java.util.Optional;
import java.util.concurrent.Executors;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.store.ReactiveStores;
import io.github.oauth2state.tokens.ReactiveRefusalHandler;

/**
 * What {@link RefusedRefreshLogout} is to a servlet app. The session of the request ends
 * when its response is about to be sent.
 */
final class ReactiveRefusedRefreshLogout implements ReactiveRefusalHandler {

	private static final String ENDING = ReactiveRefusedRefreshLogout.class.getName();

	private final LogoutServices services;

	private final ReactiveStores threads;

	ReactiveRefusedRefreshLogout(LogoutServices services, ReactiveStores threads) {
		this.services = services;
		this.threads = threads;
		services.setInUse();
	}

	@Override
	public Mono<Void> onRefusal(ClientRegistration registration, Authentication user) {
		return Mono.deferContextual((context) -> {
			ServerWebExchange exchange = context.getOrDefault(ServerWebExchange.class, null);
			return own(exchange, user).flatMap((own) -> {
				Mono<Void> end = (exchange != null && own.isPresent()) ? endWithResponse(exchange, user, context)
						: Mono.empty();
				return end.then(endOthers(registration, user, own.map(ReactiveSession::new).orElse(null)));
			});
		});
	}

	private Mono<Void> endOthers(ClientRegistration registration, Authentication user, @Nullable AppSession own) {
		String registrationId = registration.getRegistrationId();
		return this.threads
			.<Void>onBlockingThread(Executors.callable(() -> this.services.endRefused(user, own, registrationId), null))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> this.services.events()
				.publishFailure(LogoutKind.REFUSED_REFRESH, LogoutOutcome.FAILED, registrationId, ex)));
	}

	/**
	 * Returns the session of the request, if it is that of the user: a request of one
	 * user may use the tokens of another.
	 */
	private static Mono<Optional<WebSession>> own(@Nullable ServerWebExchange exchange, Authentication user) {
		if (exchange == null || ReactiveSessionEnd.of(exchange) == null) {
			return Mono.just(Optional.empty());
		}
		return ReactiveSecurityContextHolder.getContext()
			.mapNotNull(SecurityContext::getAuthentication)
			.filter((own) -> own.getName().equals(user.getName()))
			.flatMap((own) -> exchange.getSession())
			.filter(WebSession::isStarted)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty());
	}

	/**
	 * Ends the session when the response is about to be sent, so that the app can still
	 * answer. The session has been saved then, and ends in spite of that.
	 */
	private static Mono<Void> endWithResponse(ServerWebExchange exchange, Authentication user, ContextView context) {
		ReactiveSessionEnd end = ReactiveSessionEnd.of(exchange);
		if (end == null || exchange.getAttributes().put(ENDING, true) != null) {
			return Mono.empty();
		}
		Mono<Void> logout = end.end(new WebFilterExchange(exchange, (rest) -> Mono.empty()), user)
			.onErrorComplete()
			.contextWrite((own) -> own.putAll(context));
		if (exchange.getResponse().isCommitted()) {
			return logout;
		}
		exchange.getResponse().beforeCommit(() -> logout);
		return Mono.empty();
	}

}
