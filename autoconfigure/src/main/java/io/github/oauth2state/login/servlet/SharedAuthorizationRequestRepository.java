package io.github.oauth2state.login.servlet;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.util.StringUtils;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateKey;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.login.CallbackResult;
import io.github.oauth2state.login.CorrelationId;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginEvents;
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

	private final LoginEvents events;

	private final ClientRegistrationRepository registrations;

	private final LoginBegin begin;

	private final boolean recovery;

	SharedAuthorizationRequestRepository(CallbackKind kind, LoginServices services,
			ClientRegistrationRepository registrations) {
		this.kind = kind;
		this.store = services.store();
		this.logins = services.logins();
		this.events = services.events();
		this.begin = new LoginBegin(services);
		this.recovery = services.settings().recovery();
		this.registrations = registrations;
	}

	@Override
	public void saveAuthorizationRequest(@Nullable OAuth2AuthorizationRequest authorizationRequest,
			HttpServletRequest request, HttpServletResponse response) {
		if (authorizationRequest == null) {
			discard(request, response);
			return;
		}
		refusePrefetch(request);
		this.begin.begin(authorizationRequest, request, response);
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
		return lookUp(callback, request, this.store::find).map(CallbackResult.Found::request)
			.filter(this::isOfKnownRegistration)
			.orElse(null);
	}

	@Override
	public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(HttpServletRequest request,
			HttpServletResponse response) {
		refusePrefetch(request);
		LoginCallback callback = callback(request).orElse(null);
		if (callback == null) {
			return removeFromSession(request, response);
		}
		if (isCallbackOfAnotherRegistration(callback, request) || isOfRemovedRegistration(callback)) {
			publishFailure(LoginOutcome.FAILED, callback, request);
			return null;
		}
		CallbackResult.Found found = lookUp(callback, request, this.store::take).orElse(null);
		if (found == null) {
			return null;
		}
		ServletRequests.addCookies(response, callback.cookiesWhenTaken());
		return taken(found.request(), callback.path(), found.sinceBegin(), callback.correlationId(), request);
	}

	/**
	 * Refuses what no user has asked for yet, wherever the app's begin and callback are.
	 */
	private static void refusePrefetch(HttpServletRequest request) {
		if (Prefetch.is(request)) {
			throw new PrefetchException();
		}
	}

	private Optional<LoginCallback> callback(HttpServletRequest request) {
		return ServletRequests.state(request)
			.flatMap((state) -> this.logins.callback(state, ServletRequests.browser(request)));
	}

	private Optional<CallbackResult.Found> lookUp(LoginCallback callback, HttpServletRequest request,
			Function<StateKey, Optional<byte[]>> operation) {
		CallbackResult result = ask(callback, operation);
		if (result instanceof CallbackResult.Found found) {
			return Optional.of(found);
		}
		lost(((CallbackResult.Lost) result).outcome(), callback, request);
		return Optional.empty();
	}

	private static CallbackResult ask(LoginCallback callback, Function<StateKey, Optional<byte[]>> operation) {
		if (!callback.isPending()) {
			return new CallbackResult.Lost(LoginOutcome.ALREADY_USED);
		}
		if (callback.path() == LoginPath.COOKIE) {
			return callback.readFromCookie();
		}
		try {
			return callback.read(operation.apply(callback.key()));
		}
		catch (StateStoreException ex) {
			StoreFailures.log("a callback", ex);
			return new CallbackResult.Lost(LoginOutcome.STORE_ERROR);
		}
	}

	/**
	 * Hides a pending login whose registration was removed meanwhile: the filter for
	 * clients, which loads before it removes, would fail on it.
	 */
	private boolean isOfKnownRegistration(OAuth2AuthorizationRequest found) {
		String registrationId = found.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		return registrationId != null && known(registrationId) != null;
	}

	/**
	 * Leaves a request alone that has a state which this browser knows nothing of, though
	 * it was sent ahead: the filter for clients asks on any URL.
	 */
	private @Nullable OAuth2AuthorizationRequest loadFromSession(HttpServletRequest request) {
		OAuth2AuthorizationRequest found = this.sessions.loadAuthorizationRequest(request);
		if (found != null) {
			refusePrefetch(request);
		}
		return found;
	}

	private @Nullable OAuth2AuthorizationRequest removeFromSession(HttpServletRequest request,
			HttpServletResponse response) {
		OAuth2AuthorizationRequest found = this.sessions.removeAuthorizationRequest(request, response);
		if (found != null) {
			return taken(found, LoginPath.SESSION, null, CorrelationId.random(), request);
		}
		if (this.kind == CallbackKind.LOGIN) {
			String correlationId = CorrelationId.random();
			request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
			this.events
				.publish(new LoginEvent(LoginOutcome.FOREIGN_BROWSER, LoginPath.SESSION, null, null, correlationId));
		}
		return null;
	}

	private OAuth2AuthorizationRequest taken(OAuth2AuthorizationRequest found, LoginPath path,
			@Nullable Duration sinceBegin, String correlationId, HttpServletRequest request) {
		String registrationId = found.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
		new TakenLogin(this.kind, path, registrationId, ServletRequests.hasError(request), sinceBegin, correlationId)
			.note(request);
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
		if (this.recovery && !answeredByFailureHandler) {
			throw new LostLoginException(this.kind, outcome, callback);
		}
	}

	/**
	 * Tells whether another provider than the one that the user was sent to has sent them
	 * back: the mix-up attack of RFC 9700, section 4.4. That the last segment of a
	 * redirect URI is the registration id is only Spring's default, so another last
	 * segment is no sign of it unless it names another registration.
	 */
	private boolean isCallbackOfAnotherRegistration(LoginCallback callback, HttpServletRequest request) {
		String lastSegment = ServletRequests.lastSegment(request);
		return this.kind == CallbackKind.LOGIN && !lastSegment.equals(callback.registrationId())
				&& known(lastSegment) != null;
	}

	/**
	 * Tells whether this instance has no such registration, which another that is still
	 * or already configured with it may have: the record is left to that.
	 */
	private boolean isOfRemovedRegistration(LoginCallback callback) {
		return this.kind == CallbackKind.LOGIN && StringUtils.hasText(callback.registrationId())
				&& known(callback.registrationId()) == null;
	}

	private @Nullable String known(String registrationId) {
		boolean known = StringUtils.hasText(registrationId)
				&& this.registrations.findByRegistrationId(registrationId) != null;
		return known ? registrationId : null;
	}

	private void publishFailure(LoginOutcome outcome, LoginCallback callback, HttpServletRequest request) {
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, callback.correlationId());
		this.events.publish(new LoginEvent(outcome, callback.path(), known(callback.registrationId()), null,
				callback.correlationId()));
	}

}
