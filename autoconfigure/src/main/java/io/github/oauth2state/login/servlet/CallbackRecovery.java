package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.web.util.UriComponentsBuilder;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Answers a callback whose pending login is gone: the user gets to the page that they
 * asked for, or the login starts anew, rather than ending on an error page. No answer
 * creates a session or touches its cookie, so that none undoes what a parallel request
 * does.
 */
class CallbackRecovery {

	private static final List<String> CALLBACK_PARAMETERS = List.of(OAuth2ParameterNames.CODE,
			OAuth2ParameterNames.STATE, OAuth2ParameterNames.ERROR, OAuth2ParameterNames.ERROR_DESCRIPTION,
			OAuth2ParameterNames.ERROR_URI, "iss", "session_state");

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final boolean enabled;

	private final SecurityContextHolderStrategy securityContexts;

	private final RequestCache requestCache;

	private volatile @Nullable AuthenticationSuccessHandler successHandler;

	CallbackRecovery(boolean enabled, SecurityContextHolderStrategy securityContexts, RequestCache requestCache) {
		this.enabled = enabled;
		this.securityContexts = securityContexts;
		this.requestCache = requestCache;
	}

	void setSuccessHandler(@Nullable AuthenticationSuccessHandler successHandler) {
		this.successHandler = successHandler;
	}

	/**
	 * Answers a callback. If recovery is off, the app's error page answers. That is for
	 * the filter for clients, which cannot go on without the login that it has loaded.
	 */
	void recover(HttpServletRequest request, HttpServletResponse response, LostLoginException lost)
			throws IOException, ServletException {
		if (response.isCommitted()) {
			throw lost;
		}
		if (!this.enabled) {
			response.sendError((lost.outcome() == LoginOutcome.STORE_ERROR) ? HttpServletResponse.SC_SERVICE_UNAVAILABLE
					: HttpServletResponse.SC_BAD_REQUEST);
			return;
		}
		Authentication authentication = this.securityContexts.getContext().getAuthentication();
		if (lost.kind() == CallbackFilter.Kind.LOGIN && this.trust.isAuthenticated(authentication)) {
			redirectSignedIn(request, response, authentication);
		}
		else if (lost.kind() == CallbackFilter.Kind.CLIENT && !canStartAnew(request, lost)) {
			redirect(request, response, withoutCallbackParameters(request));
		}
		else {
			startAnew(response, lost);
		}
	}

	/**
	 * If a callback comes twice, the first one authorizes the client. An authorization
	 * that began before a logout does not start anew, as the next user did not ask for
	 * it.
	 */
	private static boolean canStartAnew(HttpServletRequest request, LostLoginException lost) {
		boolean gone = lost.outcome() == LoginOutcome.EXPIRED || lost.outcome() == LoginOutcome.UNREADABLE;
		return gone && !ServletRequests.hasError(request) && !lost.callback().isOlderThanLogout();
	}

	private static String withoutCallbackParameters(HttpServletRequest request) {
		UriComponentsBuilder uri = UriComponentsBuilder.fromPath(request.getRequestURI())
			.query(request.getQueryString());
		CALLBACK_PARAMETERS.forEach(uri::replaceQueryParam);
		String path = uri.build().toUriString();
		return BrowserRequest.isLocalPath(path) ? path : "/";
	}

	private static void startAnew(HttpServletResponse response, LostLoginException lost) throws IOException {
		Optional<ResponseCookie> counted = lost.callback().countRestart();
		if (counted.isPresent()) {
			ServletRequests.addCookies(response, List.of(counted.get()));
			response.sendRedirect(lost.callback().restartPath());
		}
		else {
			ErrorPage.NOT_COMPLETED.write(response, lost.callback().restartPath(), lost.callback().correlationId());
		}
	}

	/**
	 * Redirects a user whom another request has signed in. A success handler of the app's
	 * own is not called: it was called for that request, and may do more than redirect.
	 */
	private void redirectSignedIn(HttpServletRequest request, HttpServletResponse response,
			Authentication authentication) throws IOException, ServletException {
		AuthenticationSuccessHandler handler = this.successHandler;
		if (handler != null && handler.getClass() == SavedRequestAwareAuthenticationSuccessHandler.class) {
			handler.onAuthenticationSuccess(request, response, authentication);
		}
		else {
			redirect(request, response, request.getContextPath() + "/");
		}
	}

	/**
	 * Redirects the user to the request that was saved for them, or else to the given
	 * path in this app.
	 */
	private void redirect(HttpServletRequest request, HttpServletResponse response, String otherwise)
			throws IOException {
		SavedRequest saved = this.requestCache.getRequest(request, response);
		response.sendRedirect((saved != null) ? saved.getRedirectUrl() : otherwise);
	}

	/**
	 * Thrown through Spring Security's filters by a repository whose pending login is
	 * gone, for {@link CallbackFilter} to catch. It is on purpose not an
	 * {@code AuthenticationException}: failure handlers would create a session, and
	 * overwrite the session of the parallel request that signs the user in.
	 */
	@SuppressWarnings("serial")
	static final class LostLoginException extends RuntimeException {

		private final CallbackFilter.Kind kind;

		private final LoginOutcome outcome;

		private final transient LoginCallback callback;

		LostLoginException(CallbackFilter.Kind kind, LoginOutcome outcome, LoginCallback callback) {
			super("The pending login of this callback is gone: " + outcome, null, false, false);
			this.kind = kind;
			this.outcome = outcome;
			this.callback = callback;
		}

		CallbackFilter.Kind kind() {
			return this.kind;
		}

		LoginOutcome outcome() {
			return this.outcome;
		}

		LoginCallback callback() {
			return this.callback;
		}

	}

}
