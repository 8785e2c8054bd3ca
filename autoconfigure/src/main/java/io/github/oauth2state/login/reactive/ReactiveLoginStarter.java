package io.github.oauth2state.login.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.login.LoginStart;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.login.PendingLogins.StartedLogin;

/**
 * Starts a login on the path that the rollout chooses, or on another one while the store
 * does not answer. The binding cookie marks the choice: whatever is reconfigured
 * meanwhile, the callback looks where the login is.
 */
final class ReactiveLoginStarter {

	private final ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new WebSessionOAuth2ServerAuthorizationRequestRepository();

	private final ReactiveLoginStore store;

	private final LoginServices services;

	private final ReactiveLoginChain chain;

	ReactiveLoginStarter(ReactiveLoginStore store, LoginServices services, ReactiveLoginChain chain) {
		this.store = store;
		this.services = services;
		this.chain = chain;
	}

	Mono<Void> start(OAuth2AuthorizationRequest login, ReactiveExchange exchange) {
		// It is for a log line only
		Mono<Void> ready = this.services.logins().cookies().hasTooManySignIns(exchange.browser())
				? exchange.lookUpSession().onErrorComplete() : Mono.empty();
		return ready.then(this.chain.user().name(login, exchange).singleOptional())
			.flatMap((user) -> start(login, exchange, user.orElse(null)));
	}

	private Mono<Void> start(OAuth2AuthorizationRequest login, ReactiveExchange exchange, @Nullable String user) {
		LoginStart start = new LoginStart(this.services, login, exchange, () -> user,
				() -> this.chain.savedPage(exchange));
		return choosePath(start)
			.flatMap((path) -> (path == LoginPath.SHARED) ? startInStore(start, login, exchange)
					: startWithoutStore(path, start, start.seal(path), PendingLogins.randomCorrelationId(), login,
							exchange))
			.doOnError(start::failed);
	}

	/**
	 * Asks a decider on a thread that may block: that of feature flags waits, and one of
	 * the app may.
	 */
	private Mono<LoginPath> choosePath(LoginStart start) {
		Mono<LoginPath> path = Mono.fromSupplier(() -> start.choosePath(this.chain.scripts().get()));
		return this.services.rollout().hasDecider() ? path.subscribeOn(Schedulers.boundedElastic()) : path;
	}

	/**
	 * Asks the circuit first: nothing is encoded and sealed for a store that is not
	 * called. The store has made no error then, so none is published if a login falls
	 * back.
	 */
	private Mono<Void> startInStore(LoginStart start, OAuth2AuthorizationRequest login, ReactiveExchange exchange) {
		if (!this.store.tryAcquire()) {
			return fallBack(start, PendingLogins.randomCorrelationId(), false, login, exchange);
		}
		StartedLogin sealed = sealOrRelease(start);
		if (sealed == null) {
			start.answer(LoginPath.SHARED, null, PendingLogins.randomCorrelationId());
			return Mono.empty();
		}
		return this.store.put(sealed).flatMap((answered) -> {
			if (!answered) {
				return fallBack(start, sealed.correlationId(), true, login, exchange);
			}
			start.answer(LoginPath.SHARED, sealed, sealed.correlationId());
			return Mono.empty();
		});
	}

	/**
	 * Returns the login to store. Otherwise gives the permission back to the circuit,
	 * which would wait in vain for an answer if it is half open.
	 */
	private @Nullable StartedLogin sealOrRelease(LoginStart start) {
		StartedLogin login = null;
		try {
			login = start.seal(LoginPath.SHARED);
			return login;
		}
		finally {
			if (login == null) {
				this.store.release();
			}
		}
	}

	/**
	 * Starts a login elsewhere, or refuses it.
	 * @param reference the correlation id, unless a cookie gives the login one
	 * @param called whether the store was called, and so did not answer now
	 */
	private Mono<Void> fallBack(LoginStart start, String reference, boolean called, OAuth2AuthorizationRequest login,
			ReactiveExchange exchange) {
		LoginPath path = start.fallbackPath(reference);
		return Mono
			.defer(() -> startWithoutStore(path, start, start.sealForFallback(path, reference, called), reference,
					login, exchange))
			.doOnError((ex) -> start.fallbackFailed(path, reference, ex));
	}

	private Mono<Void> startWithoutStore(LoginPath path, LoginStart start, @Nullable StartedLogin sealed,
			String reference, OAuth2AuthorizationRequest login, ReactiveExchange exchange) {
		Mono<Void> saved = (path != LoginPath.SESSION) ? Mono.empty()
				: this.sessions.saveAuthorizationRequest(login, exchange.exchange())
					.then(Mono.defer(() -> this.chain.restore(this.chain.savedPage(exchange), exchange)));
		return saved.then(Mono.fromRunnable(() -> start.answer(path, sealed, reference)));
	}

}
