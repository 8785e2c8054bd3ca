package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.PendingLogins;

/**
 * Keeps pending logins in the shared store, one command to begin and one to call back, or
 * where {@link LoginBegin} keeps them in its place.
 * <p>
 * A callback whose browser has a binding cookie for its state is looked up in the store,
 * or in that cookie if it has the record, and nowhere else. One without is looked up in
 * the HTTP session, as Spring Security does by itself: that finds logins begun before
 * this repository was there, creates no session, and costs the store nothing, whatever
 * URLs are tried.
 */
final class SharedAuthorizationRequestRepository implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	private final CallbackKind kind;

	private final StateStore store;

	private final PendingLogins logins;

	private final MixUpDefense defense;

	private final ChainContext chain;

	private final LoginBegin begin;

	private final boolean recovery;

	SharedAuthorizationRequestRepository(CallbackKind kind, LoginServices services, ChainContext chain) {
		this.kind = kind;
		this.store = services.store();
		this.logins = services.logins();
		this.begin = new LoginBegin(services, chain);
		this.recovery = services.settings().recovery();
		this.defense = chain.defense();
		this.chain = chain;
	}

	@Override
	public void saveAuthorizationRequest(@Nullable OAuth2AuthorizationRequest authorizationRequest,
			HttpServletRequest request, HttpServletResponse response) {
		if (authorizationRequest != null && Prefetch.is(request)) {
			throw new PrefetchException();
		}
		save(authorizationRequest, request, response);
	}

	void save(@Nullable OAuth2AuthorizationRequest authorizationRequest, HttpServletRequest request,
			HttpServletResponse response) {
		if (authorizationRequest == null) {
			discard(request, response);
		}
		else {
			this.begin.begin(authorizationRequest, request, response);
		}
	}

	/**
	 * To save nothing is to remove what is there, by the contract of the interface.
	 */
	private void discard(HttpServletRequest request, HttpServletResponse response) {
		callback(request).filter(LoginCallback::isPending).ifPresent((callback) -> {
			if (callback.path() == LoginPath.SHARED) {
				this.store.take(callback.key());
			}
			ServletRequests.addCookies(response, callback.cookiesWhenTaken());
		});
		this.sessions.removeAuthorizationRequest(request, response);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
		LoginCallback callback = callback(request).orElse(null);
		if (callback == null) {
			return loadFromSession(request);
		}
		refusePrefetch(request);
		LoginCallback.Found found = lookUp(callback, request, this.store::find).orElse(null);
		if (found == null || isForAnotherUser(found, callback, request)
				|| isRefused(found.request(), callback.path(), callback.correlationId(), request)) {
			return null;
		}
		return found.request();
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(HttpServletRequest request,
			HttpServletResponse response) {
		refusePrefetch(request);
		LoginCallback callback = callback(request).orElse(null);
		if (callback == null) {
			return removeFromSession(request, response);
		}
		LoginCallback.Found found = lookUp(callback, request, this.store::take).orElse(null);
		if (found == null || (this.kind == CallbackKind.LOGIN && isRefusedAndPutBack(callback, found, request))) {
			return null;
		}
		ServletRequests.addCookies(response, callback.cookiesWhenTaken());
		OAuth2AuthorizationRequest login = taken(found.request(), callback.path(), found.sinceBegin(),
				callback.correlationId(), request);
		if (this.chain.savedRequests() != null) {
			this.chain.savedRequests().restore(found.savedRequest(), request, response);
		}
		return login;
	}

	/**
	 * Keeps the record of a callback that is refused for the rightful one.
	 */
	private boolean isRefusedAndPutBack(LoginCallback callback, LoginCallback.Found found,
			HttpServletRequest request) {
		boolean refused = true;
		try {
			refused = isRefused(found.request(), callback.path(), callback.correlationId(), request);
		}
		finally {
			byte[] record = callback.record();
			if (refused && record != null) {
				putBack(callback.key(), record, callback.remaining(found));
			}
		}
		return refused;
	}

	private void putBack(StateKey key, byte[] record, Duration ttl) {
		try {
			this.store.putIfAbsent(key, record, ttl);
		}
		catch (StateStoreException ex) {
			StoreFailures.log("a callback that was refused", ex);
		}
	}

	/**
	 * Refuses what no user has asked for yet, wherever the app's callback is.
	 */
	private static void refusePrefetch(HttpServletRequest request) {
		if (Prefetch.is(request) && CallbackFilter.isAround(request)) {
			throw new PrefetchException();
		}
	}

	private Optional<LoginCallback> callback(HttpServletRequest request) {
		return ServletRequests.state(request)
			.flatMap((state) -> this.logins.callback(state, ServletRequests.browser(request)));
	}

	private Optional<LoginCallback.Found> lookUp(LoginCallback callback, HttpServletRequest request,
			Function<StateKey, Optional<byte[]>> operation) {
		LoginCallback.Result result = ask(callback, operation);
		if (result instanceof LoginCallback.Found found) {
			return Optional.of(found);
		}
		lost(((LoginCallback.Lost) result).outcome(), callback, request);
		return Optional.empty();
	}

	private static LoginCallback.Result ask(LoginCallback callback, Function<StateKey, Optional<byte[]>> operation) {
		if (!callback.isPending()) {
			return new LoginCallback.Lost(LoginOutcome.ALREADY_USED);
		}
		if (callback.path() == LoginPath.COOKIE) {
			return callback.readFromCookie();
		}
		try {
			return callback.read(operation.apply(callback.key()));
		}
		catch (StateStoreException ex) {
			StoreFailures.log("a callback", ex);
			return new LoginCallback.Lost(LoginOutcome.STORE_ERROR);
		}
	}

	/**
	 * Refuses a callback of another provider, and one for a registration that this
	 * instance does not have. Another instance may still, or already, have it. The filter
	 * for clients asks before it removes anything, and would fail on a registration that
	 * is missing.
	 */
	private boolean isRefused(OAuth2AuthorizationRequest login, LoginPath path, String correlationId,
			HttpServletRequest request) {
		String registrationId = login.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		ClientRegistration registration = this.defense.registration(registrationId);
		String mixUp = (registration != null) ? this.defense.check(this.kind, login, registration, request) : null;
		if (registration != null && mixUp == null) {
			return false;
		}
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
		this.logins.publish(new LoginEvent((mixUp != null) ? LoginOutcome.MIX_UP : LoginOutcome.FAILED, path,
				(registration != null) ? registrationId : null, null, mixUp, correlationId));
		return true;
	}

	/**
	 * Hides an authorization that another user of this browser asked for. A login is for
	 * whom the provider says it is for.
	 */
	private boolean isForAnotherUser(LoginCallback.Found found, LoginCallback callback, HttpServletRequest request) {
		if (this.kind == CallbackKind.LOGIN || callback.isFor(found, this.chain.user().get())) {
			return false;
		}
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, callback.correlationId());
		this.logins.publish(new LoginEvent(LoginOutcome.FAILED, callback.path(),
				found.request().getAttribute(OAuth2ParameterNames.REGISTRATION_ID), found.sinceBegin(), "another_user",
				callback.correlationId()));
		return true;
	}

	/**
	 * Leaves a request alone that has a state which this browser knows nothing of, though
	 * it was sent ahead: the filter for clients asks on any URL.
	 */
	private @Nullable OAuth2AuthorizationRequest loadFromSession(HttpServletRequest request) {
		OAuth2AuthorizationRequest found = this.sessions.loadAuthorizationRequest(request);
		if (found == null) {
			return null;
		}
		refusePrefetch(request);
		return isRefused(found, LoginPath.SESSION, PendingLogins.randomCorrelationId(), request) ? null : found;
	}

	private @Nullable OAuth2AuthorizationRequest removeFromSession(HttpServletRequest request,
			HttpServletResponse response) {
		OAuth2AuthorizationRequest pending = this.sessions.loadAuthorizationRequest(request);
		if (pending != null && this.kind == CallbackKind.LOGIN
				&& isRefused(pending, LoginPath.SESSION, PendingLogins.randomCorrelationId(), request)) {
			return null;
		}
		OAuth2AuthorizationRequest found = this.sessions.removeAuthorizationRequest(request, response);
		if (found != null) {
			return taken(found, LoginPath.SESSION, null, PendingLogins.randomCorrelationId(), request);
		}
		if (this.kind == CallbackKind.LOGIN) {
			String correlationId = PendingLogins.randomCorrelationId();
			request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
			this.logins
				.publish(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION, null, null, correlationId));
		}
		return null;
	}

	private OAuth2AuthorizationRequest taken(OAuth2AuthorizationRequest found, LoginPath path,
			@Nullable Duration sinceBegin, String correlationId, HttpServletRequest request) {
		String registrationId = found.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		boolean error = ServletRequests.hasError(request);
		new TakenLogin(this.kind, path, registrationId, error, sinceBegin, correlationId).note(request);
		if (this.kind == CallbackKind.LOGIN && this.chain.withSessions() && !error) {
			// There is one since the login began if it began in a session, and what is
			// called now relies on it
			request.getSession();
		}
		return found;
	}

	/**
	 * Leads on through {@link CallbackFilter} where it can, and otherwise lets the app's
	 * own failure handler answer. That also answers a provider's error that came twice:
	 * to begin anew would only bring it back. The filter for clients has no failure
	 * handler, and would fail on the {@code null}.
	 */
	private void lost(LoginOutcome outcome, LoginCallback callback, HttpServletRequest request) {
		publishFailure(outcome, callback, request);
		boolean answeredByFailureHandler = this.kind == CallbackKind.LOGIN
				&& (outcome == LoginOutcome.STORE_ERROR || ServletRequests.hasError(request));
		if (this.recovery && CallbackFilter.isAround(request) && !answeredByFailureHandler) {
			throw new LostLoginException(this.kind, outcome, callback);
		}
	}

	private void publishFailure(LoginOutcome outcome, LoginCallback callback, HttpServletRequest request) {
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, callback.correlationId());
		this.logins.publish(new LoginEvent(outcome, callback.path(), this.defense.known(callback.registrationId()),
				null, callback.correlationId()));
	}

}
