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

import io.github.oauth2state.LoginPath;
import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.LoginNote;

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
		ServletExchange exchange = new ServletExchange(request, response);
		List<ResponseCookie> cleared = this.cookies.clearSignIns(exchange.browser());
		if (!cleared.isEmpty() && !exchange.isPrefetch()
				&& this.trust.isAuthenticated(this.securityContexts.getContext().getAuthentication())) {
			LoginNote.of(exchange).setSignedIn();
			exchange.addCookies(cleared);
		}
	}

	/**
	 * Counts that a login signed the user in by a session.
	 */
	void countSignIn(HttpServletRequest request, HttpServletResponse response) {
		ServletExchange exchange = new ServletExchange(request, response);
		LoginNote.Taken taken = LoginNote.of(exchange).taken();
		if (taken != null && taken.path() != LoginPath.SESSION && isSignedInBySession(request)) {
			exchange.addCookies(List.of(this.cookies.countSignIn(exchange.browser())));
		}
	}

	private static boolean isSignedInBySession(HttpServletRequest request) {
		HttpSession session = request.getSession(false);
		return session != null
				&& session.getAttribute(HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY) != null;
	}

}
