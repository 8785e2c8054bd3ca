package io.github.oauth2state.logout;

import java.util.Optional;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.oidc.authentication.logout.OidcLogoutToken;
import org.springframework.security.oauth2.client.oidc.server.session.ReactiveOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionInformation;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;
import io.github.oauth2state.store.ReactiveStores;

/**
 * What {@link SharedOidcSessionRegistry} is to a servlet app. Calls of the store and of
 * the repository of sessions block, on threads that may.
 */
final class ReactiveSharedOidcSessionRegistry implements ReactiveOidcSessionRegistry {

	private final LogoutServices services;

	private final ReactiveStores threads;

	ReactiveSharedOidcSessionRegistry(LogoutServices services, ReactiveStores threads) {
		this.services = services;
		this.threads = threads;
	}

	/**
	 * Adds the session of a login when it has been saved. Spring Security signs the user
	 * in after this, and changes the id of the session.
	 */
	@Override
	public Mono<Void> saveSessionInformation(OidcSessionInformation info) {
		return Mono.deferContextual((context) -> {
			Optional<ServerWebExchange> exchange = context.getOrEmpty(ServerWebExchange.class);
			return exchange.map((known) -> known.getSession().flatMap((session) -> save(known, session, info)))
				.orElseGet(() -> add(info));
		});
	}

	private Mono<Void> save(ServerWebExchange exchange, WebSession session, OidcSessionInformation info) {
		if (!session.getId().equals(info.getSessionId())) {
			return add(info);
		}
		ProviderSession.note(new ReactiveSession(session), info.getPrincipal());
		ReactiveWatchedExchange watched = ReactiveWatchedExchange.of(exchange);
		if (watched == null) {
			return add(info);
		}
		watched.addLogin(session, info.getPrincipal());
		return Mono.empty();
	}

	private Mono<Void> add(OidcSessionInformation info) {
		IndexUpdates updates = this.services.updates();
		if (updates == null) {
			return Mono.empty();
		}
		Consumer<String> addition = updates.addLogin(null, info.getPrincipal());
		return Mono.fromRunnable(() -> updates.later(() -> addition.accept(info.getSessionId())));
	}

	/**
	 * Returns nothing, as {@link SharedOidcSessionRegistry} does.
	 */
	@Override
	public Mono<OidcSessionInformation> removeSessionInformation(String clientSessionId) {
		return Mono.empty();
	}

	/**
	 * Ends the sessions that a logout token names.
	 * @return no session, as there is nothing left to do for Spring Security; ends with a
	 * {@link ReplayedTokenException} if the token was handled before
	 */
	@Override
	public Flux<OidcSessionInformation> removeSessionInformation(OidcLogoutToken token) {
		return Flux.deferContextual((context) -> {
			ReactiveLogoutTokenFilter.Post post = context.getOrDefault(ReactiveLogoutTokenFilter.Post.class, null);
			return this.threads.onBlockingThread(() -> end(token, post)).thenMany(Flux.empty());
		});
	}

	private SessionEnder.Result end(OidcLogoutToken token, ReactiveLogoutTokenFilter.@Nullable Post post) {
		if (post != null) {
			post.setValid();
		}
		SessionEnder.Result result = this.services.ender().end(token);
		this.services.events().publish(LogoutKind.LOGOUT_TOKEN, result, (post != null) ? post.registrationId() : null);
		if (result.outcome() == LogoutOutcome.REPLAYED) {
			throw new ReplayedTokenException();
		}
		return result;
	}

}
