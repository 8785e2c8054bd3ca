package io.github.oauth2state.login.servlet;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Stops counting how often a user was signed in, once the app knows that the user is. It
 * is on every filter chain, after all filters that sign users in: pages and scripts may
 * be on another chain than the login, and know users by something else than a session.
 */
final class SignedInFilter extends OncePerRequestFilter {

	private static final String KNOWN = SignedInFilter.class.getName() + ".KNOWN";

	private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();

	private final AuxiliaryCookies cookies;

	private final SecurityContextHolderStrategy securityContexts;

	SignedInFilter(AuxiliaryCookies cookies, SecurityContextHolderStrategy securityContexts) {
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
		return cookies != null && Arrays.stream(cookies).anyMatch((cookie) -> this.cookies.mayCountSignIns(cookie.getName()));
	}

	private void endCount(HttpServletRequest request, HttpServletResponse response) {
		BrowserRequest browser = ServletRequests.browser(request);
		if (this.cookies.hasSignIns(browser) && !Prefetch.is(request)
				&& this.trust.isAuthenticated(this.securityContexts.getContext().getAuthentication())) {
			request.setAttribute(KNOWN, true);
			ServletRequests.addCookies(response, List.of(this.cookies.clearSignIns(browser)));
		}
	}

	/**
	 * Tells whether the count ended with this request.
	 */
	static boolean isKnown(HttpServletRequest request) {
		return request.getAttribute(KNOWN) != null;
	}

}
