package io.github.oauth2state.login.servlet;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

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
final class LoginStarter {

	private final AuthorizationRequestRepository<OAuth2AuthorizationRequest> sessions = new HttpSessionOAuth2AuthorizationRequestRepository();

	private final LoginServices services;

	private final LoginChain chain;

	private final GuardedStateStore store;

	LoginStarter(GuardedStateStore store, LoginServices services, LoginChain chain) {
		this.services = services;
		this.chain = chain;
		this.store = store;
	}

	void start(OAuth2AuthorizationRequest login, ServletExchange exchange) {
		LoginStart start = new LoginStart(this.services, login, exchange, () -> this.chain.user().name(login, exchange),
				() -> this.chain.savedPage(login, exchange));
		try {
			LoginPath path = start.choosePath(this.chain.scripts().get());
			if (path == LoginPath.SHARED) {
				startInStore(start, login, exchange);
			}
			else if (path != null) {
				startWithoutStore(path, start, start.seal(path), PendingLogins.randomCorrelationId(), login, exchange);
			}
		}
		catch (RuntimeException ex) {
			start.failed(ex);
			throw ex;
		}
	}

	/**
	 * Asks the circuit first: nothing is encoded and sealed for a store that is not
	 * called. The store has made no error then, so none is published if a login falls
	 * back.
	 */
	private void startInStore(LoginStart start, OAuth2AuthorizationRequest login, ServletExchange exchange) {
		if (!this.store.tryAcquire()) {
			fallBack(start, PendingLogins.randomCorrelationId(), false, login, exchange);
			return;
		}
		StartedLogin sealed = sealOrRelease(start);
		if (sealed == null || this.store.put(sealed)) {
			start.answer(LoginPath.SHARED, sealed, PendingLogins.randomCorrelationId());
		}
		else {
			fallBack(start, sealed.correlationId(), true, login, exchange);
		}
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
	private void fallBack(LoginStart start, String reference, boolean called, OAuth2AuthorizationRequest login,
			ServletExchange exchange) {
		LoginPath path = start.fallbackPath(reference);
		try {
			startWithoutStore(path, start, start.sealForFallback(path, reference, called), reference, login, exchange);
		}
		catch (RuntimeException ex) {
			start.fallbackFailed(path, reference, ex);
			throw ex;
		}
	}

	private void startWithoutStore(LoginPath path, LoginStart start, @Nullable StartedLogin sealed, String reference,
			OAuth2AuthorizationRequest login, ServletExchange exchange) {
		if (path == LoginPath.SESSION) {
			this.sessions.saveAuthorizationRequest(login, exchange.request(), exchange.response());
			this.chain.restore(this.chain.savedPage(login, exchange), exchange);
		}
		start.answer(path, sealed, reference);
	}

}
