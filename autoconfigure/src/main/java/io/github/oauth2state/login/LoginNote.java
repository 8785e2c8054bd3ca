package io.github.oauth2state.login;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.web.BrowserRequest;
import io.github.oauth2state.web.WebExchange;

/**
 * What is known of a request while it starts or finishes a login. It is an attribute of
 * the request, because the filters and handlers that need it are called by Spring
 * Security, which hands on nothing else.
 */
public final class LoginNote {

	private static final String ATTRIBUTE = LoginNote.class.getName();

	private boolean insideCallbackFilter;

	private @Nullable Kind handler;

	private boolean signedIn;

	private boolean csrfExempt;

	private @Nullable String savedPage;

	private @Nullable Refused refused;

	private @Nullable Taken taken;

	private @Nullable String failureReason;

	private LoginNote() {
	}

	/**
	 * Returns the note of a request.
	 * @param exchange the request
	 * @return its note
	 */
	public static LoginNote of(WebExchange exchange) {
		LoginNote note = (LoginNote) exchange.attribute(ATTRIBUTE);
		if (note == null) {
			note = new LoginNote();
			exchange.setAttribute(ATTRIBUTE, note);
		}
		return note;
	}

	/**
	 * Returns whether a filter of the library catches what is thrown. It does not for
	 * filters that an app puts elsewhere.
	 * @return whether one does
	 */
	public boolean isInsideCallbackFilter() {
		return this.insideCallbackFilter;
	}

	/**
	 * Notes whether a filter of the library catches what is thrown.
	 * @param inside whether one does
	 */
	public void setInsideCallbackFilter(boolean inside) {
		this.insideCallbackFilter = inside;
	}

	/**
	 * Returns which filter handles the callback.
	 * @return the filter, or {@code null} if none has asked for the login yet
	 */
	public @Nullable Kind handler() {
		return this.handler;
	}

	/**
	 * Notes which filter handles the callback.
	 * @param filter the filter
	 */
	public void setHandler(Kind filter) {
		this.handler = filter;
	}

	/**
	 * Returns whether the app knows the user, so that the count of sign-ins ended.
	 * @return whether it does
	 */
	public boolean isSignedIn() {
		return this.signedIn;
	}

	/**
	 * Notes that the app knows the user.
	 */
	public void setSignedIn() {
		this.signedIn = true;
	}

	/**
	 * Returns whether the request was exempt from CSRF protection as a posted callback.
	 * @return whether it was
	 */
	public boolean isCsrfExempt() {
		return this.csrfExempt;
	}

	/**
	 * Notes that the request is exempt from CSRF protection.
	 */
	public void setCsrfExempt() {
		this.csrfExempt = true;
	}

	/**
	 * Returns the page that this request asks for, if a cookie with it was just set.
	 * @return the path and query, or {@code null} if no cookie was set
	 */
	public @Nullable String savedPage() {
		return this.savedPage;
	}

	/**
	 * Notes the page that this request asks for.
	 * @param page its path and query
	 */
	public void setSavedPage(String page) {
		this.savedPage = page;
	}

	/**
	 * Returns the login that cannot start.
	 * @return the login, or {@code null} if none was refused
	 */
	public @Nullable Refused refused() {
		return this.refused;
	}

	/**
	 * Notes that a login cannot start, so that the answer can tell it from a failure of
	 * Spring Security.
	 * @param page the page that says why
	 * @param browser the request
	 * @param correlationId the id by which log lines name the login
	 * @param exchange the request and its answer
	 */
	public void refuse(ErrorPage page, BrowserRequest browser, String correlationId, WebExchange exchange) {
		String retryPath = BrowserRequest.isLocalPath(browser.path()) ? browser.path() : "/";
		this.refused = new Refused(page, retryPath, correlationId);
		exchange.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
	}

	/**
	 * Returns the pending login that this request took.
	 * @return the login, or {@code null} if it took none
	 */
	public @Nullable Taken taken() {
		return this.taken;
	}

	/**
	 * Notes the pending login that this request took. Its outcome is published once
	 * Spring Security has answered.
	 * @param login the login
	 * @param exchange the request and its answer
	 */
	public void take(Taken login, WebExchange exchange) {
		this.taken = login;
		exchange.setAttribute(LoginPath.ATTRIBUTE, login.path());
		exchange.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, login.correlationId());
	}

	/**
	 * Returns why Spring Security did not sign the user in.
	 * @return the reason, or {@code null} if it is not known
	 */
	public @Nullable String failureReason() {
		return this.failureReason;
	}

	/**
	 * Notes why Spring Security did not sign the user in.
	 * @param reason the reason, without secrets
	 */
	public void setFailureReason(String reason) {
		this.failureReason = reason;
	}

	/**
	 * Which filter of Spring Security handles a callback.
	 */
	public enum Kind {

		/**
		 * The filter that signs the user in.
		 */
		LOGIN,

		/**
		 * The filter that authorizes a client, on any URL with a code and a state.
		 */
		CLIENT

	}

	/**
	 * A login that cannot start.
	 *
	 * @param page the page that says why
	 * @param retryPath where the user can try again
	 * @param correlationId the id by which log lines name it
	 */
	public record Refused(ErrorPage page, String retryPath, String correlationId) {

		@Override // without the path
		public String toString() {
			return "Refused[" + this.page + ", reference " + this.correlationId + "]";
		}

	}

	/**
	 * A pending login that was taken.
	 *
	 * @param kind the filter that took it
	 * @param path where it was kept
	 * @param registrationId the client registration
	 * @param providerError whether the provider sent an error instead of a code
	 * @param sinceBegin how long ago the login began, if that is known
	 * @param correlationId the id by which log lines name it
	 */
	public record Taken(Kind kind, LoginPath path, @Nullable String registrationId, boolean providerError,
			@Nullable Duration sinceBegin, String correlationId) {

		/**
		 * Returns the event that says how the login ended.
		 * @param outcome the outcome
		 * @param reason why it failed, or {@code null}
		 * @return the event
		 */
		public LoginEvent event(LoginOutcome outcome, @Nullable String reason) {
			return new LoginEvent(outcome, this.path, this.registrationId, this.sinceBegin, reason, this.correlationId);
		}

	}

}
