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
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.SavedRequestAwareAuthenticationSuccessHandler;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.login.ErrorPage;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LostLoginException;

/**
 * Answers a callback whose pending login is gone: the user gets to the page that they
 * asked for, or the login starts anew, rather than ending on an error page. No answer
 * creates a session or touches its cookie, so that none undoes what a parallel request
 * does.
 */
class CallbackRecovery {

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
	void recover(ServletExchange exchange, LostLoginException lost) throws IOException, ServletException {
		HttpServletResponse response = exchange.response();
		if (response.isCommitted()) {
			throw lost;
		}
		if (!this.enabled) {
			response.sendError((lost.outcome() == LoginOutcome.STORE_ERROR) ? HttpServletResponse.SC_SERVICE_UNAVAILABLE
					: HttpServletResponse.SC_BAD_REQUEST);
			return;
		}
		Authentication authentication = this.securityContexts.getContext().getAuthentication();
		if (lost.kind() == LoginNote.Kind.LOGIN && this.trust.isAuthenticated(authentication)) {
			redirectSignedIn(exchange.request(), response, authentication);
		}
		else if (lost.canStartAnew(exchange)) {
			startAnew(exchange, lost);
		}
		else {
			redirect(exchange.request(), response, LostLoginException.pathWithoutParameters(exchange));
		}
	}

	private static void startAnew(ServletExchange exchange, LostLoginException lost) throws IOException {
		Optional<ResponseCookie> counted = lost.callback().countRestart();
		if (counted.isPresent()) {
			exchange.addCookies(List.of(counted.get()));
			exchange.response().sendRedirect(lost.callback().restartPath());
		}
		else {
			exchange.response()
				.getWriter()
				.write(ErrorPage.NOT_COMPLETED.answer(exchange, lost.callback().restartPath(),
						lost.callback().correlationId()));
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

}
