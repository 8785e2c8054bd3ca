package io.github.oauth2state.login.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Starts a login on the path that the rollout chooses, or on another one while the store
 * does not answer. The binding cookie marks the choice: whatever is reconfigured
 * meanwhile, the callback looks where the login is.
 */
final class LoginStarter {

	private static final Log logger = LogFactory.getLog(LoginStarter.class);

	private static final SafeLog lines = new SafeLog(LoginStarter.class);

	/**
	 * As Spring Security writes it.
	 */
	private static final String CACHE_CONTROL = "no-cache, no-store, max-age=0, must-revalidate";

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	private final LoginChain.Services services;

	private final LoginChain chain;

	private final GuardedStateStore store;

	private final PendingLogins logins;

	LoginStarter(LoginChain.Services services, LoginChain chain) {
		this.services = services;
		this.chain = chain;
		this.store = services.store();
		this.logins = services.logins();
	}

	void start(OAuth2AuthorizationRequest login, HttpServletRequest request, HttpServletResponse response) {
		Start start = new Start(login, ServletRequests.browser(request), request, response);
		try {
			startOnChosenPath(start);
		}
		catch (RuntimeException ex) {
			if (LoginNote.of(request).refused() == null) {
				String reference = PendingLogins.randomCorrelationId();
				start.refuse(ErrorPage.NOT_STORABLE, reference);
				String line = line("A login could not begin", reference, ex, ex instanceof IllegalArgumentException);
				lines.write((log) -> log.error(line));
				logger.debug("A login could not begin", ex);
			}
			throw ex;
		}
	}

	private void startOnChosenPath(Start start) {
		LoginLoopDetector.refuseLoop(start, this.services);
		Rollout.Decision decision = this.services.rollout()
			.decide(start.registrationId(), start.browser(), start.request()::getAttribute);
		LoginPath path = decision.rolledOut() ? this.services.rolledOutPath() : LoginPath.SESSION;
		if (path != LoginPath.SESSION && !ServletRequests.isNavigation(start.request())) {
			// Nobody can complete it, so its cookie must not evict that of another login
			return;
		}
		ServletRequests.addCookies(start.response(), decision.cookies());
		if (path == LoginPath.SHARED) {
			startInStore(start);
		}
		else {
			startWithoutStore(path, start, sealWithoutStore(path, start), PendingLogins.randomCorrelationId());
		}
	}

	/**
	 * Asks the circuit first: nothing is encoded and sealed for a store that is not
	 * called. The store has made no error then, so none is published if a login falls
	 * back.
	 */
	private void startInStore(Start start) {
		this.services.warnings().checkPlainHttp(start.request());
		if (!this.store.tryAcquire()) {
			fallBack(start, PendingLogins.randomCorrelationId(), false);
			return;
		}
		StartedLogin login = sealOrRelease(start);
		if (login == null) {
			publish(LoginOutcome.EVICTED, LoginPath.SHARED, start, PendingLogins.randomCorrelationId());
		}
		else if (this.store.put(login)) {
			answer(LoginPath.SHARED, start, login);
		}
		else {
			fallBack(start, login.correlationId(), true);
		}
	}

	/**
	 * Returns the login to store. Otherwise gives the permission back to the circuit,
	 * which would wait in vain for an answer if it is half open.
	 */
	private @Nullable StartedLogin sealOrRelease(Start start) {
		StartedLogin login = null;
		try {
			login = seal(LoginPath.SHARED, start);
			return login;
		}
		finally {
			if (login == null) {
				this.store.release();
			}
		}
	}

	private @Nullable StartedLogin seal(LoginPath path, Start start) {
		return this.logins
			.start(path, start.login(), start.browser(), this.chain.user().get(), this.chain.savedPage(start))
			.orElse(null);
	}

	/**
	 * Starts a login elsewhere, or refuses it.
	 * @param reference the correlation id, unless a cookie gives the login one
	 * @param called whether the store was called, and so did not answer now
	 */
	private void fallBack(Start start, String reference, boolean called) {
		OnStoreFailure fallback = this.services.onStoreFailure();
		if (fallback == OnStoreFailure.FAIL) {
			publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, start, reference);
			start.refuse(ErrorPage.STORE_UNAVAILABLE, reference);
			throw new IllegalStateException("The login cannot start, as the store does not answer");
		}
		LoginPath path = (fallback == OnStoreFailure.COOKIE) ? LoginPath.COOKIE : LoginPath.SESSION;
		try {
			startWithoutStore(path, start, sealForFallback(path, start, reference, called), reference);
		}
		catch (RuntimeException ex) {
			start.refuse(ErrorPage.STORE_UNAVAILABLE, reference);
			String line = line("A login could not begin without the store", reference, ex,
					path == LoginPath.COOKIE && ex instanceof IllegalArgumentException);
			lines.write((log) -> log.warn(line));
			logger.debug("A login could not begin without the store", ex);
			throw ex;
		}
	}

	/**
	 * Seals first, so that all events of the start have the id that the cookie gives the
	 * login.
	 */
	private @Nullable StartedLogin sealForFallback(LoginPath path, Start start, String reference, boolean called) {
		StartedLogin login = null;
		try {
			login = sealWithoutStore(path, start);
			return login;
		}
		finally {
			String correlationId = (login != null) ? login.correlationId() : reference;
			if (called) {
				publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, start, correlationId);
			}
			publish(LoginOutcome.FALLBACK, path, start, correlationId);
		}
	}

	private @Nullable StartedLogin sealWithoutStore(LoginPath path, Start start) {
		if (path == LoginPath.SESSION) {
			return null;
		}
		this.services.warnings().checkPlainHttp(start.request());
		return seal(path, start);
	}

	private void startWithoutStore(LoginPath path, Start start, @Nullable StartedLogin login, String reference) {
		if (path == LoginPath.SESSION) {
			this.sessions.saveAuthorizationRequest(start.login(), start.request(), start.response());
			this.chain.restore(this.chain.savedPage(start), start.request(), start.response());
			publish(LoginOutcome.STARTED, path, start, reference);
		}
		else if (login == null) {
			publish(LoginOutcome.EVICTED, path, start, reference);
		}
		else {
			answer(path, start, login);
		}
	}

	private void answer(LoginPath path, Start start, StartedLogin login) {
		// The app may have switched off that of Spring Security
		start.response().setHeader(HttpHeaders.CACHE_CONTROL, CACHE_CONTROL);
		ServletRequests.addCookies(start.response(), this.logins.clearUnseen(start.browser(), login.cookies()));
		ServletRequests.addCookies(start.response(), login.cookies());
		publish(LoginOutcome.STARTED, path, start, login.correlationId());
		for (int i = 0; i < login.evicted(); i++) {
			this.logins
				.publish(new LoginEvent(LoginOutcome.EVICTED, path, null, null, PendingLogins.randomCorrelationId()));
		}
	}

	private void publish(LoginOutcome outcome, LoginPath path, Start start, String correlationId) {
		this.logins.publish(new LoginEvent(outcome, path, start.registrationId(), null, correlationId));
	}

	/**
	 * Returns a line that says why a login could not start. Only messages of the library
	 * are in it, as others may contain data.
	 */
	private static String line(String text, String correlationId, RuntimeException failure, boolean ofTheLibrary) {
		String reason = ofTheLibrary ? failure.getMessage() : failure.getClass().getName();
		return text + ", reference " + correlationId + ": " + reason;
	}

	/**
	 * A request that starts a login.
	 *
	 * @param login the authorization request
	 * @param browser the HTTP request, as far as it matters on any web stack
	 * @param request the HTTP request
	 * @param response the answer
	 */
	record Start(OAuth2AuthorizationRequest login, BrowserRequest browser, HttpServletRequest request,
			HttpServletResponse response) {

		@Nullable String registrationId() {
			return LoginChain.registrationId(this.login);
		}

		void refuse(ErrorPage page, String correlationId) {
			LoginNote.of(this.request).refuse(page, this.browser, correlationId, this.request);
		}

	}

}
