package io.github.oauth2state.login.servlet;

import java.time.Duration;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.web.BrowserRequest;

/**
 * What is known of a request while it starts or finishes a login. It is an attribute of
 * the request, because the filters and handlers that need it are called by Spring
 * Security, which hands on nothing else.
 */
final class LoginNote {

	private static final String ATTRIBUTE = LoginNote.class.getName();

	private boolean insideCallbackFilter;

	private boolean loaded;

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
	 */
	static LoginNote of(HttpServletRequest request) {
		LoginNote note = (LoginNote) request.getAttribute(ATTRIBUTE);
		if (note == null) {
			note = new LoginNote();
			request.setAttribute(ATTRIBUTE, note);
		}
		return note;
	}

	/**
	 * Returns whether {@link CallbackFilter} catches what is thrown. It does not for
	 * filters that an app puts elsewhere.
	 */
	boolean isInsideCallbackFilter() {
		return this.insideCallbackFilter;
	}

	void setInsideCallbackFilter(boolean inside) {
		this.insideCallbackFilter = inside;
	}

	/**
	 * Returns whether a pending login was loaded, as the filter for clients does before
	 * it removes the login. The filter for logins only removes.
	 */
	boolean isLoaded() {
		return this.loaded;
	}

	void setLoaded() {
		this.loaded = true;
	}

	/**
	 * Returns whether the app knows the user, so that {@link LoginLoopDetector} ended the
	 * count.
	 */
	boolean isSignedIn() {
		return this.signedIn;
	}

	void setSignedIn() {
		this.signedIn = true;
	}

	boolean isCsrfExempt() {
		return this.csrfExempt;
	}

	void setCsrfExempt() {
		this.csrfExempt = true;
	}

	/**
	 * Returns the page that this request asks for, if a cookie with it was just set.
	 */
	@Nullable String savedPage() {
		return this.savedPage;
	}

	void setSavedPage(String page) {
		this.savedPage = page;
	}

	/**
	 * Returns the login that cannot start, or {@code null} if none was refused.
	 */
	@Nullable Refused refused() {
		return this.refused;
	}

	/**
	 * Notes that a login cannot start, so that the answer can tell it from a failure of
	 * Spring Security.
	 */
	void refuse(ErrorPage page, BrowserRequest browser, String correlationId, HttpServletRequest request) {
		String retryPath = BrowserRequest.isLocalPath(browser.path()) ? browser.path() : "/";
		this.refused = new Refused(page, retryPath, correlationId);
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, correlationId);
	}

	/**
	 * Returns the pending login that this request took, or {@code null} if it took none.
	 */
	@Nullable Taken taken() {
		return this.taken;
	}

	/**
	 * Notes the pending login that this request took. Its outcome is published once
	 * Spring Security has answered.
	 */
	void take(Taken login, HttpServletRequest request) {
		this.taken = login;
		request.setAttribute(LoginPath.ATTRIBUTE, login.path());
		request.setAttribute(LoginEvent.CORRELATION_ID_ATTRIBUTE, login.correlationId());
	}

	/**
	 * Returns why Spring Security did not sign the user in, if that is known.
	 */
	@Nullable String failureReason() {
		return this.failureReason;
	}

	void setFailureReason(String reason) {
		this.failureReason = reason;
	}

	/**
	 * A login that cannot start.
	 *
	 * @param page the page that says why
	 * @param retryPath where the user can try again
	 * @param correlationId the id by which log lines name it
	 */
	record Refused(ErrorPage page, String retryPath, String correlationId) {
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
	record Taken(CallbackFilter.Kind kind, LoginPath path, @Nullable String registrationId, boolean providerError,
			@Nullable Duration sinceBegin, String correlationId) {

		LoginEvent event(LoginOutcome outcome, @Nullable String reason) {
			return new LoginEvent(outcome, this.path, this.registrationId, this.sinceBegin, reason, this.correlationId);
		}

	}

}
