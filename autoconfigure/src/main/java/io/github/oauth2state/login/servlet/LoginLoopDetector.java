package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginOutcome;
import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.PendingLogins;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Counts how often a browser was signed in by a session, until the app knows the user. If
 * the page after a login does not know the session, it sends the user to log in again,
 * and so on. After three logins in a row no other starts.
 * <p>
 * The filter that ends the count is on every filter chain, after all filters that sign
 * users in: pages and scripts may be on another chain than the login, and know users by
 * something else than a session.
 */
final class LoginLoopDetector extends OncePerRequestFilter {

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final AuxiliaryCookies cookies;

	private final SecurityContextHolderStrategy securityContexts;

	LoginLoopDetector(AuxiliaryCookies cookies, SecurityContextHolderStrategy securityContexts) {
		this.cookies = cookies;
		this.securityContexts = securityContexts;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (mayHaveCount(request)) {
			endCount(request, response);
		}
		chain.doFilter(request, response);
	}

	private boolean mayHaveCount(HttpServletRequest request) {
		Cookie @Nullable [] cookies = request.getCookies();
		return cookies != null
				&& Arrays.stream(cookies).anyMatch((cookie) -> this.cookies.mayCountSignIns(cookie.getName()));
	}

	private void endCount(HttpServletRequest request, HttpServletResponse response) {
		BrowserRequest browser = ServletRequests.browser(request);
		List<ResponseCookie> cleared = this.cookies.clearSignIns(browser);
		if (!cleared.isEmpty() && !ServletRequests.isPrefetch(request)
				&& this.trust.isAuthenticated(this.securityContexts.getContext().getAuthentication())) {
			LoginNote.of(request).setSignedIn();
			ServletRequests.addCookies(response, cleared);
		}
	}

	/**
	 * Counts that a login signed the user in by a session.
	 */
	void countSignIn(HttpServletRequest request, HttpServletResponse response) {
		LoginNote.Taken taken = LoginNote.of(request).taken();
		if (taken != null && taken.path() != LoginPath.SESSION && isSignedInBySession(request)) {
			BrowserRequest browser = ServletRequests.browser(request);
			ServletRequests.addCookies(response, List.of(this.cookies.countSignIn(browser)));
		}
	}

	/**
	 * Refuses a login of a browser that was signed in again and again, and the page after
	 * that did not know it.
	 */
	static void refuseLoop(LoginStarter.Start start, LoginChain.Services services) {
		AuxiliaryCookies cookies = services.logins().cookies();
		if (!services.settings().recovery() || !cookies.hasTooManySignIns(start.browser())
				|| !ServletRequests.isNavigation(start.request()) || LoginNote.of(start.request()).isSignedIn()) {
			return;
		}
		String correlationId = PendingLogins.randomCorrelationId();
		start.refuse(ErrorPage.NOT_SIGNED_IN, correlationId);
		ServletRequests.addCookies(start.response(), cookies.clearSignIns(start.browser()));
		services.logins()
			.publish(new LoginEvent(LoginOutcome.FAILED, services.rolledOutPath(), start.registrationId(), null,
					"session_lost", correlationId));
		DeploymentWarnings.logLoop(correlationId, start.request());
		throw new IllegalStateException("The user was signed in several times, and the app does not know it");
	}

	private static boolean isSignedInBySession(HttpServletRequest request) {
		HttpSession session = request.getSession(false);
		return session != null
				&& session.getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY) != null;
	}

}
