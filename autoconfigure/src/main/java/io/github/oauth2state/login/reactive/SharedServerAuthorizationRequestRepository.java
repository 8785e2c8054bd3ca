package io.github.oauth2state.login.reactive;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.server.ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.server.WebSessionOAuth2ServerAuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.login.LoginStart;
import io.github.oauth2state.login.LostLoginException;
import io.github.oauth2state.login.PendingLogins;

/**
 * Keeps pending logins in the shared store, or where {@link ReactiveLoginStarter} keeps
 * them instead. A start takes one command of the store, and a callback one, or two of the
 * filter for clients, which loads first. To put back a login takes one more.
 * <p>
 * A callback whose browser has a binding cookie for its state is looked up in the store,
 * or in that cookie if it has the record, and nowhere else. Any other callback is looked
 * up in the session, as Spring Security does by itself: that finds logins that started
 * before this repository was there, and costs the store nothing.
 */
final class SharedServerAuthorizationRequestRepository
		implements ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> {

	private final ServerAuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new WebSessionOAuth2ServerAuthorizationRequestRepository();

	private final LoginNote.@Nullable Kind kind;

	private final ReactiveLoginStore store;

	private final PendingLogins logins;

	private final ReactiveLoginChain chain;

	private final ReactiveLoginStarter starter;

	private final boolean recovery;

	/**
	 * Creates a repository.
	 * @param kind the filter that uses it, or {@code null} if the app makes the filters
	 * @param store the store
	 * @param services what all filter chains share
	 * @param chain the filter chain of the repository
	 */
	SharedServerAuthorizationRequestRepository(LoginNote.@Nullable Kind kind, ReactiveLoginStore store,
			LoginServices services, ReactiveLoginChain chain) {
		this.kind = kind;
		this.store = store;
		this.logins = services.logins();
		this.chain = chain;
		this.starter = new ReactiveLoginStarter(store, services, chain);
		this.recovery = services.settings().recovery();
	}

	/**
	 * Starts a login. A prefetch starts one only if the app makes the filter itself, as
	 * nothing would refuse it there.
	 */
	@Override
	public Mono<Void> saveAuthorizationRequest(OAuth2AuthorizationRequest authorizationRequest,
			ServerWebExchange exchange) {
		return Mono.defer(() -> {
			ReactiveExchange call = new ReactiveExchange(exchange);
			if (this.kind != null && call.isPrefetch()) {
				return Mono.error(new LoginStart.PrefetchException());
			}
			return this.starter.start(authorizationRequest, call);
		});
	}

	@Override
	public Mono<OAuth2AuthorizationRequest> loadAuthorizationRequest(ServerWebExchange exchange) {
		return Mono.defer(() -> {
			CallbackAttempt attempt = new CallbackAttempt(this.kind, this.logins, new ReactiveExchange(exchange));
			if (attempt.note().handler() == LoginNote.Kind.LOGIN) {
				// The app goes on after a login, and so the filter for clients asks too
				return Mono.empty();
			}
			attempt.note().setHandler(LoginNote.Kind.CLIENT);
			LoginCallback callback = attempt.callback();
			if (callback == null) {
				return loadFromSession(attempt);
			}
			attempt.refusePrefetch();
			return this.store.find(callback)
				.flatMap((result) -> foundOrRecover(result, callback, attempt, true))
				.filterWhen((found) -> isForThisUser(found, callback, attempt))
				.map(LoginCallback.Found::request)
				.filterWhen((login) -> isAccepted(login, callback.path(), callback.correlationId(), attempt));
		});
	}

	@Override
	public Mono<OAuth2AuthorizationRequest> removeAuthorizationRequest(ServerWebExchange exchange) {
		return Mono.defer(() -> {
			CallbackAttempt attempt = new CallbackAttempt(this.kind, this.logins, new ReactiveExchange(exchange));
			attempt.refusePrefetch();
			attempt.note().setHandler(attempt.kind());
			LoginCallback callback = attempt.callback();
			if (callback == null) {
				return removeFromSession(attempt);
			}
			return Detached.of(takeAndCheck(callback, attempt), (found) -> this.store.putBack(callback, found))
				.flatMap((found) -> {
					attempt.exchange().addCookies(callback.cookiesWhenTaken());
					noteTaken(found.request(), callback.path(), found.sinceBegin(), callback.correlationId(), attempt);
					return this.chain.restore(found.savedRequest(), attempt.exchange()).thenReturn(found.request());
				});
		});
	}

	/**
	 * Takes the record, and puts it back if the callback is refused. It is put back, too,
	 * if the client hangs up before, so that its next callback finds the login.
	 */
	private Mono<LoginCallback.Found> takeAndCheck(LoginCallback callback, CallbackAttempt attempt) {
		return this.store.take(callback)
			.flatMap((result) -> foundOrRecover(result, callback, attempt, attempt.isLogin()))
			.flatMap((found) -> attempt.isLogin()
					? isAccepted(found.request(), callback.path(), callback.correlationId(), attempt)
						.onErrorResume((ex) -> this.store.putBack(callback, found).then(Mono.error(ex)))
						.flatMap((accepted) -> accepted ? Mono.just(found)
								: this.store.putBack(callback, found).then(Mono.<LoginCallback.Found>empty()))
					: Mono.just(found));
	}

	/**
	 * Returns the pending login, or else lets {@link LoginWebFilter} recover the callback
	 * where it can. Elsewhere no login lets the app's own failure handler answer. It also
	 * answers a provider's error that came twice, which a login that starts anew would
	 * only bring back.
	 * @param optional whether the filter answers by itself if there is no login, which
	 * the filter for clients does not where it removes a login that it has loaded
	 */
	private Mono<LoginCallback.Found> foundOrRecover(LoginCallback.Result result, LoginCallback callback,
			CallbackAttempt attempt, boolean optional) {
		if (result instanceof LoginCallback.Found found) {
			return Mono.just(found);
		}
		LoginOutcome outcome = ((LoginCallback.Lost) result).outcome();
		publish(new LoginEvent(outcome, callback.path(), this.chain.check().known(callback.registrationId()), null,
				callback.correlationId()), attempt);
		boolean answeredByFailureHandler = attempt.isLogin()
				&& (outcome == LoginOutcome.STORE_ERROR || attempt.exchange().hasError());
		boolean recover = (this.recovery && !answeredByFailureHandler) || !optional;
		return (recover && attempt.note().isInsideCallbackFilter())
				? Mono.error(new LostLoginException(attempt.kind(), outcome, callback)) : Mono.empty();
	}

	private Mono<Boolean> isAccepted(OAuth2AuthorizationRequest login, LoginPath path, String correlationId,
			CallbackAttempt attempt) {
		return this.chain.refusal(attempt.kind(), login, path, correlationId, attempt.exchange()).map((event) -> {
			publish(event, attempt);
			return false;
		}).defaultIfEmpty(true);
	}

	private Mono<Boolean> isForThisUser(LoginCallback.Found found, LoginCallback callback, CallbackAttempt attempt) {
		if (attempt.isLogin()) {
			return Mono.just(true);
		}
		return this.chain.user().name().singleOptional().map((user) -> {
			LoginEvent event = this.chain.check().otherUser(found, callback, user.orElse(null));
			if (event != null) {
				publish(event, attempt);
			}
			return event == null;
		});
	}

	/**
	 * Leaves a prefetch alone that has a state which this browser knows nothing of: the
	 * filter for clients asks on any URL.
	 */
	private Mono<OAuth2AuthorizationRequest> loadFromSession(CallbackAttempt attempt) {
		return this.sessions.loadAuthorizationRequest(attempt.exchange().exchange()).filterWhen((found) -> {
			attempt.refusePrefetch();
			return isAccepted(found, LoginPath.SESSION, PendingLogins.randomCorrelationId(), attempt);
		});
	}

	private Mono<OAuth2AuthorizationRequest> removeFromSession(CallbackAttempt attempt) {
		ServerWebExchange exchange = attempt.exchange().exchange();
		String correlationId = PendingLogins.randomCorrelationId();
		Mono<Boolean> accepted = attempt.isLogin() ? this.sessions.loadAuthorizationRequest(exchange)
			.flatMap((pending) -> isAccepted(pending, LoginPath.SESSION, correlationId, attempt))
			.defaultIfEmpty(true) : Mono.just(true);
		return accepted.filter(Boolean::booleanValue)
			.flatMap((ignored) -> this.sessions.removeAuthorizationRequest(exchange).singleOptional())
			.mapNotNull((found) -> {
				if (found.isPresent()) {
					noteTaken(found.get(), LoginPath.SESSION, null, correlationId, attempt);
				}
				else if (attempt.isLogin()) {
					publish(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION, null, null, correlationId),
							attempt);
				}
				return found.orElse(null);
			});
	}

	private void noteTaken(OAuth2AuthorizationRequest login, LoginPath path, @Nullable Duration sinceBegin,
			String correlationId, CallbackAttempt attempt) {
		attempt.note()
			.take(new LoginNote.Taken(attempt.kind(), path, CallbackCheck.registrationId(login),
					attempt.exchange().hasError(), sinceBegin, correlationId), attempt.exchange());
	}

	private void publish(LoginEvent event, CallbackAttempt attempt) {
		attempt.exchange().setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, event.correlationId());
		this.logins.publish(event);
	}

}
