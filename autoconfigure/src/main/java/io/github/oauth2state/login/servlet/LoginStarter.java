package io.github.oauth2state.login.servlet;

import java.util.List;

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
import io.github.oauth2state.support.LimitedLog;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Starts a login on the path that the rollout chooses, or on another one while the store
 * does not answer. The binding cookie marks the choice: whatever is reconfigured
 * meanwhile, the callback looks where the login is.
 */
final class LoginStarter {

	private static final Log logger = LogFactory.getLog(LoginStarter.class);

	private static final LimitedLog lines = new LimitedLog(LoginStarter.class);

	/**
	 * As Spring Security writes it.
	 */
	private static final String NO_STORE = "no-cache, no-store, max-age=0, must-revalidate";

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	private final LoginServices services;

	private final LoginChain chain;

	private final GuardedStateStore store;

	private final PendingLogins logins;

	LoginStarter(LoginServices services, LoginChain chain) {
		this.services = services;
		this.chain = chain;
		this.store = services.store();
		this.logins = services.logins();
	}

	void start(OAuth2AuthorizationRequest login, HttpServletRequest request, HttpServletResponse response) {
		Start start = new Start(login, ServletRequests.browser(request), request, response);
		try {
			start(start);
		}
		catch (RuntimeException ex) {
			if (LoginNote.of(request).refused() == null) {
				String reference = PendingLogins.randomCorrelationId();
				start.refuse(ErrorPage.NOT_STORABLE, reference);
				String line = line("A login could not begin", reference, ex, ex instanceof IllegalArgumentException);
				lines.write((log) -> log.error(line));
			}
			throw ex;
		}
	}

	private void start(Start start) {
		refuseLoop(start);
		Rollout.Decision decision = this.services.rollout()
			.decide(start.registrationId(), start.browser(), start.request()::getAttribute);
		LoginPath path = decision.rolledOut() ? this.services.rolledOut() : LoginPath.SESSION;
		if (path != LoginPath.SESSION && !ServletRequests.isNavigation(start.request())) {
			// Nobody can complete it, and its cookie would evict one that somebody can
			return;
		}
		ServletRequests.addCookies(start.response(), decision.cookies());
		if (path == LoginPath.SHARED) {
			startInStore(start);
		}
		else {
			startWithoutStore(path, start);
		}
	}

	/**
	 * Asks the circuit first: nothing is encoded and sealed for a store that is not
	 * called.
	 */
	private void startInStore(Start start) {
		this.services.warnings().checkPlainHttp(start.request());
		if (!this.store.tryAcquire()) {
			String correlationId = PendingLogins.randomCorrelationId();
			if (this.services.onStoreFailure() == OnStoreFailure.FAIL) {
				publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, start, correlationId);
			}
			fallBack(start, correlationId);
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
			publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, start, login.correlationId());
			fallBack(start, login.correlationId());
		}
	}

	/**
	 * Returns the login to store. If there is none, the circuit gets its permission back,
	 * or a half-open circuit would wait for an answer that does not come.
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

	private void fallBack(Start start, String correlationId) {
		start.refuse(ErrorPage.STORE_UNAVAILABLE, correlationId);
		OnStoreFailure fallback = this.services.onStoreFailure();
		if (fallback == OnStoreFailure.FAIL) {
			throw new IllegalStateException("The login cannot start, as the store does not answer");
		}
		LoginPath path = (fallback == OnStoreFailure.COOKIE) ? LoginPath.COOKIE : LoginPath.SESSION;
		publish(LoginOutcome.FALLBACK, path, start, correlationId);
		try {
			startWithoutStore(path, start);
		}
		catch (RuntimeException ex) {
			String line = line("A login could not begin without the store", correlationId, ex,
					path == LoginPath.COOKIE && ex instanceof IllegalArgumentException);
			lines.write((log) -> log.warn(line));
			throw ex;
		}
	}

	private void startWithoutStore(LoginPath path, Start start) {
		if (path == LoginPath.SESSION) {
			this.sessions.saveAuthorizationRequest(start.login(), start.request(), start.response());
			if (this.chain.savedRequests() != null) {
				this.chain.savedRequests().restore(this.chain.savedPage(start), start.request(), start.response());
			}
			publish(LoginOutcome.STARTED, path, start, PendingLogins.randomCorrelationId());
			return;
		}
		this.services.warnings().checkPlainHttp(start.request());
		StartedLogin login = seal(path, start);
		if (login == null) {
			publish(LoginOutcome.EVICTED, path, start, PendingLogins.randomCorrelationId());
		}
		else {
			answer(path, start, login);
		}
	}

	/**
	 * Ends a loop: the user was signed in again and again, and the page after that did
	 * not know it.
	 */
	private void refuseLoop(Start start) {
		if (!this.services.settings().recovery() || !this.logins.cookies().hasTooManySignIns(start.browser())
				|| !ServletRequests.isNavigation(start.request()) || LoginNote.of(start.request()).isSignedIn()) {
			return;
		}
		String correlationId = PendingLogins.randomCorrelationId();
		start.refuse(ErrorPage.NOT_SIGNED_IN, correlationId);
		ServletRequests.addCookies(start.response(), List.of(this.logins.cookies().clearSignIns(start.browser())));
		this.logins.publish(new LoginEvent(LoginOutcome.FAILED, this.services.rolledOut(), start.registrationId(), null,
				"session_lost", correlationId));
		DeploymentWarnings.logLoop(correlationId, start.request());
		throw new IllegalStateException("The user was signed in several times, and the app does not know it");
	}

	private void answer(LoginPath path, Start start, StartedLogin login) {
		// The app may have switched off that of Spring Security
		start.response().setHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
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
		logger.debug(text, failure);
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
