package io.github.oauth2state.login;

import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.config.OAuth2StateSettings.OnStoreFailure;
import io.github.oauth2state.login.PendingLogins.StartedLogin;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.support.SafeLog;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.WebExchange;

/**
 * The start of one login. It decides on which path the login starts and what the browser
 * is told, and leaves the calls of store and session to its caller.
 */
public final class LoginStart {

	private static final Log logger = LogFactory.getLog(LoginStart.class);

	private static final SafeLog lines = new SafeLog(LoginStart.class);

	/**
	 * As Spring Security writes it.
	 */
	private static final String CACHE_CONTROL = "no-cache, no-store, max-age=0, must-revalidate";

	private final LoginServices services;

	private final OAuth2AuthorizationRequest login;

	private final WebExchange exchange;

	private final BrowserRequest browser;

	private final long received = System.nanoTime();

	private final Supplier<@Nullable String> user;

	private final Supplier<@Nullable String> savedPage;

	/**
	 * Creates the start of a login.
	 * @param services what all filter chains share
	 * @param login the authorization request
	 * @param exchange the request that starts it, and its answer
	 * @param user returns the name of the signed-in user, or {@code null} if nobody is
	 * signed in or the name is not needed
	 * @param savedPage returns the path and query that the user asked for, or
	 * {@code null} if the app keeps them
	 */
	public LoginStart(LoginServices services, OAuth2AuthorizationRequest login, WebExchange exchange,
			Supplier<@Nullable String> user, Supplier<@Nullable String> savedPage) {
		this.services = services;
		this.login = login;
		this.exchange = exchange;
		this.browser = exchange.browser();
		this.user = user;
		this.savedPage = savedPage;
	}

	/**
	 * Chooses the path. It sets the cookies that keep the browser on it.
	 * @param scripts whether scripts can start logins that a browser completes
	 * @return the path, or {@code null} if nobody can complete the login: it is kept
	 * nowhere then, as its cookie must not evict that of another login
	 * @throws IllegalStateException if the browser is in a loop of logins
	 */
	public @Nullable LoginPath choosePath(boolean scripts) {
		refuseLoop();
		Rollout.Decision decision = this.services.rollout()
			.decide(registrationId(), this.browser, this.exchange::attribute);
		LoginPath path = this.services.path(decision.rolledOut(), this.login, this.browser, this.exchange.host());
		if (path != LoginPath.SESSION && !scripts && !this.exchange.isNavigation()) {
			return null;
		}
		this.exchange.addCookies(decision.cookies());
		if (path != LoginPath.SESSION) {
			this.services.warnings().checkPlainHttp(this.browser.secure(), this.exchange.host());
		}
		return path;
	}

	/**
	 * Refuses a login of a browser that was signed in again and again, and the page after
	 * that did not know it.
	 */
	private void refuseLoop() {
		AuxiliaryCookies cookies = this.services.logins().cookies();
		if (!this.services.settings().recovery() || !cookies.hasTooManySignIns(this.browser)
				|| !this.exchange.isNavigation() || LoginNote.of(this.exchange).isSignedIn()) {
			return;
		}
		String correlationId = PendingLogins.randomCorrelationId();
		refuse(ErrorPage.NOT_SIGNED_IN, correlationId);
		this.exchange.addCookies(cookies.clearSignIns(this.browser));
		this.services.logins()
			.publish(new LoginEvent(LoginOutcome.FAILED, this.services.rolledOutPath(), registrationId(), null,
					"session_lost", correlationId));
		DeploymentWarnings.logLoop(correlationId, this.exchange.namedSession());
		throw new IllegalStateException("The user was signed in several times, and the app does not know it");
	}

	/**
	 * Encodes and seals the login.
	 * @param path where it is kept
	 * @return the login, or {@code null} if the path is the session, or if the login is
	 * not kept as another site caused it
	 */
	public @Nullable StartedLogin seal(LoginPath path) {
		return (path != LoginPath.SESSION) ? this.services.logins()
			.start(path, this.login, this.browser, this.user.get(), this.savedPage.get())
			.orElse(null) : null;
	}

	/**
	 * Returns where the login starts as the store does not answer.
	 * @param reference the correlation id
	 * @return the path
	 * @throws IllegalStateException if it must not start elsewhere
	 */
	public LoginPath fallbackPath(String reference) {
		OnStoreFailure fallback = this.services.onStoreFailure();
		if (fallback == OnStoreFailure.FAIL) {
			publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, reference);
			refuse(ErrorPage.STORE_UNAVAILABLE, reference);
			throw new IllegalStateException("The login cannot start, as the store does not answer");
		}
		return (fallback == OnStoreFailure.COOKIE) ? LoginPath.COOKIE : LoginPath.SESSION;
	}

	/**
	 * Seals a login that starts elsewhere first, so that all events of the start have the
	 * id that the cookie gives the login.
	 * @param path where it starts
	 * @param reference the correlation id, unless a cookie gives the login one
	 * @param called whether the store was called, and so did not answer now
	 * @return the login, or {@code null} as {@link #seal} returns it
	 */
	public @Nullable StartedLogin sealForFallback(LoginPath path, String reference, boolean called) {
		StartedLogin sealed = null;
		try {
			sealed = seal(path);
			return sealed;
		}
		finally {
			String correlationId = (sealed != null) ? sealed.correlationId() : reference;
			if (called) {
				publish(LoginOutcome.STORE_ERROR, LoginPath.SHARED, correlationId);
			}
			publish(LoginOutcome.FALLBACK, path, correlationId);
		}
	}

	/**
	 * Tells the browser of a login that was sealed, once the record is where it belongs.
	 * @param path where it is kept
	 * @param started the login, or {@code null} if it is not kept
	 * @param reference the correlation id, unless a cookie gives the login one
	 */
	public void answer(LoginPath path, @Nullable StartedLogin started, String reference) {
		if (started == null) {
			publish((path == LoginPath.SESSION) ? LoginOutcome.STARTED : LoginOutcome.EVICTED, path, reference);
			return;
		}
		// The app may have switched off that of Spring Security
		this.exchange.setHeader(HttpHeaders.CACHE_CONTROL, CACHE_CONTROL);
		this.exchange.addCookies(this.services.logins()
			.clearUnseen(this.browser, this.exchange.sender(), this.received, started.cookies()));
		this.exchange.addCookies(started.cookies());
		publish(LoginOutcome.STARTED, path, started.correlationId());
		for (int i = 0; i < started.evicted(); i++) {
			this.services.logins()
				.publish(new LoginEvent(LoginOutcome.EVICTED, path, null, null, PendingLogins.randomCorrelationId()));
		}
	}

	/**
	 * Notes that the login could not start on the path that replaces the store.
	 * @param path the path
	 * @param reference the correlation id
	 * @param failure what was thrown
	 */
	public void fallbackFailed(LoginPath path, String reference, Throwable failure) {
		refuse(ErrorPage.STORE_UNAVAILABLE, reference);
		String line = line("A login could not begin without the store", reference, failure,
				path == LoginPath.COOKIE && failure instanceof IllegalArgumentException);
		lines.write((log) -> log.warn(line));
		logger.debug("A login could not begin without the store", failure);
	}

	/**
	 * Notes that the login could not start, unless it was refused for a known reason.
	 * @param failure what was thrown
	 */
	public void failed(Throwable failure) {
		if (LoginNote.of(this.exchange).refused() == null) {
			String reference = PendingLogins.randomCorrelationId();
			refuse(ErrorPage.NOT_STORABLE, reference);
			String line = line("A login could not begin", reference, failure,
					failure instanceof IllegalArgumentException);
			lines.write((log) -> log.error(line));
			logger.debug("A login could not begin", failure);
		}
	}

	private void refuse(ErrorPage page, String correlationId) {
		LoginNote.of(this.exchange).refuse(page, this.browser, correlationId, this.exchange);
	}

	private void publish(LoginOutcome outcome, LoginPath path, String correlationId) {
		this.services.logins().publish(new LoginEvent(outcome, path, registrationId(), null, correlationId));
	}

	private @Nullable String registrationId() {
		return CallbackCheck.registrationId(this.login);
	}

	private static String line(String text, String correlationId, Throwable failure, boolean ofTheLibrary) {
		// Messages of others may contain data
		String reason = ofTheLibrary ? failure.getMessage() : failure.getClass().getName();
		return text + ", reference " + correlationId + ": " + reason;
	}

	/**
	 * Thrown by a repository that would start or finish a login for a prefetch, before it
	 * has touched anything. It is no {@code AuthenticationException}, which the failure
	 * handler of a callback would answer.
	 */
	@SuppressWarnings("serial")
	public static final class PrefetchException extends RuntimeException {

		/**
		 * Creates an exception.
		 */
		public PrefetchException() {
			super("A login is neither started nor finished for a prefetch", null, false, false);
		}

	}

}
