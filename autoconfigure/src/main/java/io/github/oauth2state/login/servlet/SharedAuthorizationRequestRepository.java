package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

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
 * Keeps pending logins in the shared store, or where {@link LoginStarter} keeps them
 * instead. A start takes one command of the store, and a callback one, or two of the
 * filter for clients, which loads first. To put back a login takes one more.
 * <p>
 * A callback whose browser has a binding cookie for its state is looked up in the store,
 * or in that cookie if it has the record, and nowhere else. Any other callback is looked
 * up in the HTTP session, as Spring Security does by itself: that finds logins that
 * started before this repository was there, and costs the store nothing.
 */
final class SharedAuthorizationRequestRepository implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	private final LoginNote.@Nullable Kind kind; // null if the app makes the filters

	private final GuardedStateStore store;

	private final PendingLogins logins;

	private final LoginChain chain;

	private final LoginStarter starter;

	private final boolean recovery;

	SharedAuthorizationRequestRepository(LoginNote.@Nullable Kind kind, GuardedStateStore store, LoginServices services,
			LoginChain chain) {
		this.kind = kind;
		this.store = store;
		this.logins = services.logins();
		this.chain = chain;
		this.starter = new LoginStarter(store, services, chain);
		this.recovery = services.settings().recovery();
	}

	/**
	 * Starts a login. A prefetch starts one only if the app makes the filter itself, as
	 * the failure handler that would refuse it is the app's.
	 */
	@Override
	public void saveAuthorizationRequest(@Nullable OAuth2AuthorizationRequest authorizationRequest,
			HttpServletRequest request, HttpServletResponse response) {
		if (authorizationRequest == null) {
			discard(request, response);
			return;
		}
		if (this.kind != null && new ServletExchange(request).isPrefetch()) {
			throw new LoginStart.PrefetchException();
		}
		this.starter.start(authorizationRequest, new ServletExchange(request, response));
	}

	/**
	 * Removes what is there, as saving nothing does by the contract of the interface.
	 */
	private void discard(HttpServletRequest request, HttpServletResponse response) {
		callback(request).filter(LoginCallback::isPending).ifPresent((callback) -> {
			this.store.discard(callback);
			new ServletExchange(request, response).addCookies(callback.cookiesWhenTaken());
		});
		this.sessions.removeAuthorizationRequest(request, response);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
		if (note(request).handler() == LoginNote.Kind.LOGIN) {
			// A handler of the login forwards, or lets the filter chain go on
			return null;
		}
		note(request).setHandler(LoginNote.Kind.CLIENT);
		LoginCallback callback = callback(request).orElse(null);
		if (callback == null) {
			return loadFromSession(request);
		}
		refusePrefetch(request);
		LoginCallback.Found found = foundOrRecover(this.store.find(callback), callback, request, true);
		return (found == null || (!isLogin(request) && publish(this.chain.otherUser(found, callback), request))
				|| isRefused(found.request(), callback.path(), callback.correlationId(), request)) ? null
						: found.request();
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(HttpServletRequest request,
			HttpServletResponse response) {
		refusePrefetch(request);
		note(request).setHandler(kind(request));
		LoginCallback callback = callback(request).orElse(null);
		if (callback == null) {
			return removeFromSession(request, response);
		}
		LoginCallback.Found found = foundOrRecover(this.store.take(callback), callback, request, isLogin(request));
		if (found == null || (isLogin(request) && isRefusedAndPutBack(callback, found, request))) {
			return null;
		}
		new ServletExchange(request, response).addCookies(callback.cookiesWhenTaken());
		noteTaken(found.request(), callback.path(), found.sinceBegin(), callback.correlationId(), request);
		this.chain.restore(found.savedRequest(), new ServletExchange(request, response));
		return found.request();
	}

	private boolean isRefusedAndPutBack(LoginCallback callback, LoginCallback.Found found, HttpServletRequest request) {
		boolean refused = true;
		try {
			refused = isRefused(found.request(), callback.path(), callback.correlationId(), request);
			return refused;
		}
		finally {
			// Also if the check fails
			if (refused) {
				this.store.putBack(callback, found);
			}
		}
	}

	/**
	 * Refuses what the user has not asked for yet, wherever the app's callback is.
	 */
	private static void refusePrefetch(HttpServletRequest request) {
		if (note(request).isInsideCallbackFilter() && new ServletExchange(request).isPrefetch()) {
			throw new LoginStart.PrefetchException();
		}
	}

	private Optional<LoginCallback> callback(HttpServletRequest request) {
		ServletExchange exchange = new ServletExchange(request);
		return exchange.state().flatMap((state) -> this.logins.callback(state, exchange.browser()));
	}

	private LoginNote.Kind kind(HttpServletRequest request) {
		return (this.kind != null) ? this.kind
				: Objects.requireNonNullElse(note(request).handler(), LoginNote.Kind.LOGIN);
	}

	private static LoginNote note(HttpServletRequest request) {
		return LoginNote.of(new ServletExchange(request));
	}

	private boolean isLogin(HttpServletRequest request) {
		return kind(request) == LoginNote.Kind.LOGIN;
	}

	/**
	 * Returns the pending login, or else lets {@link CallbackFilter} recover the callback
	 * where it can. Elsewhere {@code null} lets the app's own failure handler answer. It
	 * also answers a provider's error that came twice, which a login that starts anew
	 * would only bring back.
	 * @param nullable whether the filter accepts {@code null}, which the filter for
	 * clients does not where it removes a login that it has loaded
	 */
	private LoginCallback.@Nullable Found foundOrRecover(LoginCallback.Result result, LoginCallback callback,
			HttpServletRequest request, boolean nullable) {
		if (result instanceof LoginCallback.Found found) {
			return found;
		}
		LoginOutcome outcome = ((LoginCallback.Lost) result).outcome();
		publish(new LoginEvent(outcome, callback.path(), this.chain.check().known(callback.registrationId()), null,
				callback.correlationId()), request);
		boolean answeredByFailureHandler = isLogin(request)
				&& (outcome == LoginOutcome.STORE_ERROR || new ServletExchange(request).hasError());
		boolean recover = this.recovery && note(request).isInsideCallbackFilter() && !answeredByFailureHandler;
		if (recover || !nullable) {
			throw new LostLoginException(kind(request), outcome, callback);
		}
		return null;
	}

	private boolean isRefused(OAuth2AuthorizationRequest login, LoginPath path, String correlationId,
			HttpServletRequest request) {
		return publish(this.chain.refusal(kind(request), login, path, correlationId, new ServletExchange(request)),
				request);
	}

	/**
	 * Leaves a prefetch alone that has a state which this browser knows nothing of: the
	 * filter for clients asks on any URL.
	 */
	private @Nullable OAuth2AuthorizationRequest loadFromSession(HttpServletRequest request) {
		OAuth2AuthorizationRequest found = this.sessions.loadAuthorizationRequest(request);
		if (found != null) {
			refusePrefetch(request);
		}
		return (found == null || isRefused(found, LoginPath.SESSION, PendingLogins.randomCorrelationId(), request))
				? null : found;
	}

	private @Nullable OAuth2AuthorizationRequest removeFromSession(HttpServletRequest request,
			HttpServletResponse response) {
		String correlationId = PendingLogins.randomCorrelationId();
		OAuth2AuthorizationRequest pending = this.sessions.loadAuthorizationRequest(request);
		if (pending != null && isLogin(request) && isRefused(pending, LoginPath.SESSION, correlationId, request)) {
			return null;
		}
		OAuth2AuthorizationRequest found = this.sessions.removeAuthorizationRequest(request, response);
		if (found != null) {
			noteTaken(found, LoginPath.SESSION, null, correlationId, request);
		}
		else if (isLogin(request)) {
			publish(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION, null, null, correlationId),
					request);
		}
		return found;
	}

	private void noteTaken(OAuth2AuthorizationRequest login, LoginPath path, @Nullable Duration sinceBegin,
			String correlationId, HttpServletRequest request) {
		boolean error = new ServletExchange(request).hasError();
		note(request).take(new LoginNote.Taken(kind(request), path, CallbackCheck.registrationId(login), error,
				sinceBegin, correlationId), new ServletExchange(request));
		if (isLogin(request) && this.chain.withSessions() && !error) {
			// The session strategies that are called now rely on a session
			request.getSession();
		}
	}

	private boolean publish(@Nullable LoginEvent event, HttpServletRequest request) {
		if (event != null) {
			request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, event.correlationId());
			this.logins.publish(event);
		}
		return event != null;
	}

}
