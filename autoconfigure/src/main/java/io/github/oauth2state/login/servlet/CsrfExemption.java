package io.github.oauth2state.login.servlet;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.login.CallbackCheck;
import io.github.oauth2state.login.LoginCallback;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Exempts posted callbacks ({@code response_mode=form_post}) from CSRF protection on
 * chains with the shared repository: they cannot carry a CSRF token, and state and
 * binding cookie replace it.
 * <p>
 * A binding cookie can be planted, so it never decides alone. An exempt request came by
 * https to a path of which the app itself knows that callbacks are posted to it. The
 * filter comes after the filters that handle callbacks and refuses every exempt request
 * that reaches it, unless it was a login. So the exemption is of no use for anything but
 * a callback.
 */
final class CsrfExemption extends OncePerRequestFilter implements RequestMatcher {

	private final PendingLogins logins;

	private final GuardedStateStore store;

	private volatile @Nullable CallbackCheck check;

	CsrfExemption(PendingLogins logins, GuardedStateStore store) {
		this.logins = logins;
		this.store = store;
	}

	void enable(CallbackCheck check) {
		this.check = check;
	}

	@Override
	public boolean matches(HttpServletRequest request) {
		CallbackCheck check = this.check;
		if (check == null || !HttpMethod.POST.matches(request.getMethod()) || !isForm(request)) {
			return false;
		}
		ServletExchange exchange = new ServletExchange(request);
		BrowserRequest browser = exchange.browser();
		// Before the body is read, which the app may want to read as a stream
		if (!this.logins.mayBePostedCallback(browser)) {
			return false;
		}
		boolean exempt = exchange.state()
			.flatMap((state) -> this.logins.callback(state, browser))
			.filter((callback) -> isPostedCallback(callback, check, exchange))
			.isPresent();
		if (exempt) {
			LoginNote.of(exchange).setCsrfExempt();
		}
		return exempt;
	}

	private boolean isPostedCallback(LoginCallback callback, CallbackCheck check, ServletExchange exchange) {
		return check.isPostedByConfiguration(exchange)
				|| this.logins.isPostedCallback(callback, this.store::findPosted);
	}

	private static boolean isForm(HttpServletRequest request) {
		String contentType = request.getContentType();
		return contentType != null && contentType.regionMatches(true, 0, MediaType.APPLICATION_FORM_URLENCODED_VALUE, 0,
				MediaType.APPLICATION_FORM_URLENCODED_VALUE.length());
	}

	/**
	 * Returns whether a handler of the login forwards, or lets the filter chain go on
	 * after the login was found.
	 */
	private static boolean isHandled(HttpServletRequest request) {
		LoginNote note = LoginNote.of(new ServletExchange(request));
		return note.handler() == LoginNote.Kind.LOGIN
				&& (note.taken() != null || request.getDispatcherType() == DispatcherType.FORWARD);
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (LoginNote.of(new ServletExchange(request)).isCsrfExempt() && !isHandled(request)) {
			response.sendError(HttpServletResponse.SC_FORBIDDEN);
			return;
		}
		chain.doFilter(request, response);
	}

}
