package io.github.oauth2state.login.servlet;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.StateStoreException;
import io.github.oauth2state.StateStoreException.Reason;
import io.github.oauth2state.config.OnStoreFailure;
import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.store.StoreCircuit;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Begins a login on the path that the rollout chooses, and on another one while the store
 * does not answer. The binding cookie marks the choice for the callback: whatever changes
 * meanwhile, that looks where the login is.
 */
final class LoginBegin {

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	/**
	 * As Spring Security writes it.
	 */
	private static final String NO_STORE = "no-cache, no-store, max-age=0, must-revalidate";

	private final LoginServices services;

	private final LoginPath rolledOut;

	private final Rollout rollout;

	private final StoreCircuit circuit;

	private final ChainContext chain;

	LoginBegin(LoginServices services, ChainContext chain) {
		this.services = services;
		this.chain = chain;
		this.rolledOut = services.paths().rolledOut();
		this.rollout = services.paths().rollout();
		this.circuit = services.paths().circuit();
	}

	void begin(OAuth2AuthorizationRequest login, HttpServletRequest request, HttpServletResponse response) {
		BrowserRequest browser = ServletRequests.browser(request);
		try {
			begin(login, browser, request, response);
		}
		catch (RuntimeException ex) {
			if (RefusedLogin.of(request) == null) {
				String reference = PendingLogins.randomCorrelationId();
				RefusedLogin.note(request, reference, browser, RefusedLogin.Reason.NOT_STORABLE);
				StoreFailures.logRefusal(reference, ex);
			}
			throw ex;
		}
	}

	private void begin(OAuth2AuthorizationRequest login, BrowserRequest browser, HttpServletRequest request,
			HttpServletResponse response) {
		refuseLoop(login, browser, request, response);
		Rollout.Decision decision = this.rollout.decide(registrationId(login), browser, request::getAttribute);
		LoginPath path = decision.rolledOut() ? this.rolledOut : LoginPath.SESSION;
		if (path != LoginPath.SESSION && !Navigation.is(request)) {
			// Nobody can complete it, and its cookie would evict one that somebody can
			return;
		}
		ServletRequests.addCookies(response, decision.cookies());
		if (path == LoginPath.SHARED) {
			beginInStore(login, browser, request, response);
		}
		else {
			beginWithoutStore(path, login, browser, request, response);
		}
	}

	private void beginInStore(OAuth2AuthorizationRequest login, BrowserRequest browser, HttpServletRequest request,
			HttpServletResponse response) {
		this.services.plainHttpWarning().check(request);
		PendingLogins.StartedLogin begun = this.services.logins()
			.start(LoginPath.SHARED, login, browser, this.chain.user().get(), savedRequest(request, browser))
			.orElse(null);
		if (begun == null) {
			notKept(LoginPath.SHARED, login);
		}
		else if (!this.circuit.tryAcquire()) {
			if (this.services.paths().onStoreFailure() == OnStoreFailure.FAIL) {
				publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, login, begun.correlationId());
			}
			fallBack(begun, login, browser, request, response);
		}
		else if (put(begun)) {
			tell(browser, begun.cookies(), response);
			started(LoginPath.SHARED, login, begun.correlationId(), begun.evicted());
		}
		else {
			publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, login, begun.correlationId());
			fallBack(begun, login, browser, request, response);
		}
	}

	private boolean put(PendingLogins.StartedLogin begun) {
		long called = System.nanoTime();
		Optional<byte[]> there;
		try {
			there = this.services.store().putIfAbsent(begun.key(), begun.value(), begun.ttl());
		}
		catch (RuntimeException ex) {
			StateStoreException failure = (ex instanceof StateStoreException known) ? known
					: new StateStoreException(Reason.AMBIGUOUS, "The store failed in a way of its own", ex);
			this.circuit.failed(System.nanoTime() - called, failure);
			StoreFailures.log("the begin of a login", failure);
			return false;
		}
		this.circuit.succeeded(System.nanoTime() - called);
		// Clients that repeat a command whose answer was late find the record of the
		// first
		if (there.filter((value) -> !Arrays.equals(value, begun.value())).isPresent()) {
			throw new IllegalStateException("Two logins with the same state and the same secret");
		}
		return true;
	}

	private void fallBack(PendingLogins.StartedLogin begun, OAuth2AuthorizationRequest login, BrowserRequest browser,
			HttpServletRequest request, HttpServletResponse response) {
		RefusedLogin.note(request, begun.correlationId(), browser, RefusedLogin.Reason.STORE);
		OnStoreFailure fallback = this.services.paths().onStoreFailure();
		if (fallback == OnStoreFailure.FAIL) {
			throw new IllegalStateException("The login cannot begin, as the store does not answer");
		}
		LoginPath path = (fallback == OnStoreFailure.COOKIE) ? LoginPath.COOKIE : LoginPath.SESSION;
		publish(LoginOutcome.FALLBACK, path, login, begun.correlationId());
		try {
			beginWithoutStore(path, login, browser, request, response);
		}
		catch (RuntimeException ex) {
			StoreFailures.logFallback(path, begun.correlationId(), ex);
			throw ex;
		}
	}

	private void beginWithoutStore(LoginPath path, OAuth2AuthorizationRequest login, BrowserRequest browser,
			HttpServletRequest request, HttpServletResponse response) {
		if (path == LoginPath.SESSION) {
			this.sessions.saveAuthorizationRequest(login, request, response);
			if (this.chain.savedRequests() != null) {
				this.chain.savedRequests().restore(savedRequest(request, browser), request, response);
			}
			started(path, login, PendingLogins.randomCorrelationId(), 0);
			return;
		}
		this.services.plainHttpWarning().check(request);
		PendingLogins.StartedLogin begun = this.services.logins()
			.start(LoginPath.COOKIE, login, browser, this.chain.user().get(), savedRequest(request, browser))
			.orElse(null);
		if (begun == null) {
			notKept(path, login);
		}
		else {
			tell(browser, begun.cookies(), response);
			started(path, login, begun.correlationId(), begun.evicted());
		}
	}

	private @Nullable String savedRequest(HttpServletRequest request, BrowserRequest browser) {
		SavedRequests savedRequests = this.chain.savedRequests();
		return (savedRequests != null) ? savedRequests.page(request, browser) : null;
	}

	/**
	 * Ends a loop: the user was signed in by one instance after the other, and the next
	 * page knew it of none.
	 */
	private void refuseLoop(OAuth2AuthorizationRequest login, BrowserRequest browser, HttpServletRequest request,
			HttpServletResponse response) {
		AuxiliaryCookies cookies = this.services.logins().cookies();
		if (!this.services.settings().recovery() || !cookies.hasTooManySignIns(browser) || !Navigation.is(request)
				|| SignedInFilter.isKnown(request)) {
			return;
		}
		String reference = PendingLogins.randomCorrelationId();
		RefusedLogin.note(request, reference, browser, RefusedLogin.Reason.NOT_SIGNED_IN);
		ServletRequests.addCookies(response, List.of(cookies.clearSignIns(browser)));
		this.services.logins()
			.publish(new LoginEvent(LoginOutcome.FAILED, this.rolledOut, registrationId(login), null, "session_lost",
					reference));
		SessionWarnings.logLoop(reference, request);
		throw new IllegalStateException("The user was signed in several times, and the app does not know it");
	}

	private void tell(BrowserRequest browser, List<ResponseCookie> cookies, HttpServletResponse response) {
		// The app may have switched off that of Spring Security
		response.setHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
		ServletRequests.addCookies(response, this.services.logins().clearUnseen(browser, cookies));
		ServletRequests.addCookies(response, cookies);
	}

	private void started(LoginPath path, OAuth2AuthorizationRequest login, String correlationId, int evicted) {
		publish(LoginOutcome.STARTED, path, login, correlationId);
		for (int i = 0; i < evicted; i++) {
			this.services.logins()
				.publish(new LoginEvent(LoginOutcome.EVICTED, path, null, null, PendingLogins.randomCorrelationId()));
		}
	}

	private void notKept(LoginPath path, OAuth2AuthorizationRequest login) {
		publish(LoginOutcome.EVICTED, path, login, PendingLogins.randomCorrelationId());
	}

	private void publish(LoginOutcome outcome, LoginPath path, OAuth2AuthorizationRequest login, String correlationId) {
		this.services.logins().publish(new LoginEvent(outcome, path, registrationId(login), null, correlationId));
	}

	private static @Nullable String registrationId(OAuth2AuthorizationRequest login) {
		return login.getAttribute(OAuth2ParameterNames.REGISTRATION_ID);
	}

}
