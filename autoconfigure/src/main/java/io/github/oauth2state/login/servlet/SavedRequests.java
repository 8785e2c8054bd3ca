package io.github.oauth2state.login.servlet;

import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

import io.github.oauth2state.login.AuxiliaryCookies;
import io.github.oauth2state.login.LoginNote;
import io.github.oauth2state.login.LoginServices;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.web.BrowserRequest;

/**
 * Keeps the page that a user asked for with the pending login, so that it is found where
 * the login is finished: first in a cookie, then in the sealed record, and in the session
 * again when the callback comes, where Spring Security and apps look for it.
 * <p>
 * It replaces a cache in the session. A request that is no page, such as a POST, stays in
 * the session, and so does every request until {@link #enable} is called. Pages are saved
 * in the session too, unless {@link #avoidSessions} is called, as filters and pages of
 * the app may look for them there before the user is signed in.
 */
final class SavedRequests implements RequestCache {

	private final HttpSessionRequestCache sessions;

	private final AuxiliaryCookies cookies;

	private final Rollout rollout;

	private final LoginServices services;

	private volatile boolean enabled;

	private volatile boolean custom;

	private volatile boolean sessionsAvoided;

	SavedRequests(HttpSessionRequestCache sessions, LoginServices services) {
		this.sessions = sessions;
		this.cookies = services.logins().cookies();
		this.rollout = services.rollout();
		this.services = services;
	}

	/**
	 * Keeps pages with pending logins from now on.
	 * @param customLoginPage whether a page of the app comes before the login, which may
	 * look for the page that the user asked for
	 */
	void enable(boolean customLoginPage) {
		this.enabled = true;
		// Code that has a cache of its own may ask it
		this.custom = customLoginPage || !SecurityInternals.isDefault(this.sessions);
	}

	/**
	 * Saves pages in no session from now on, as nothing but Spring Security looks for
	 * them before the user is signed in.
	 */
	void avoidSessions() {
		this.sessionsAvoided = !this.custom;
	}

	@Override
	public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
		if (!this.enabled || !this.rollout.mayRollOut() || !SecurityInternals.isSavedBy(this.sessions, request)) {
			this.sessions.saveRequest(request, response);
			return;
		}
		ServletExchange exchange = new ServletExchange(request, response);
		BrowserRequest browser = exchange.browser();
		boolean navigation = exchange.isNavigation() && !exchange.isPrefetch();
		boolean kept = navigation && HttpMethod.GET.matches(request.getMethod())
				&& this.cookies.savePage(browser).map((saved) -> {
					exchange.addCookies(List.of(saved));
					LoginNote.of(exchange).setSavedPage(browser.path());
					return saved;
				}).isPresent();
		if (!kept && navigation) {
			// An older page must not come before this request
			exchange.addCookies(this.cookies.clearPage(browser));
		}
		if (!kept || !this.sessionsAvoided || request.getSession(false) != null) {
			this.sessions.saveRequest(request, response);
		}
	}

	/**
	 * Returns the page to keep with a login that starts, or {@code null}. If the callback
	 * comes to another host or port than the page's, the page is put into the session,
	 * which knows them.
	 */
	@Nullable String page(@Nullable String redirectUri, ServletExchange exchange) {
		String page = page(exchange);
		if (page != null && this.services.isCalledBackElsewhere(redirectUri, exchange)) {
			restore(page, exchange.request(), exchange.response());
			exchange.addCookies(this.cookies.clearPage(exchange.browser()));
			return null;
		}
		return page;
	}

	private @Nullable String page(ServletExchange exchange) {
		if (!this.enabled) {
			return null;
		}
		String page = LoginNote.of(exchange).savedPage();
		String kept = (page != null) ? page : this.cookies.savedPage(exchange.browser());
		return (kept != null && kept.startsWith(exchange.contextPath() + "/")) ? kept : null;
	}

	/**
	 * Puts a page into the session, unless the session has one.
	 */
	void restore(@Nullable String page, HttpServletRequest request, HttpServletResponse response) {
		if (page != null && this.sessions.getRequest(request, response) == null) {
			this.sessions.saveRequest(new PageRequest(request, page), response);
		}
	}

	@Override
	public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
		return this.sessions.getRequest(request, response);
	}

	@Override
	public @Nullable HttpServletRequest getMatchingRequest(HttpServletRequest request, HttpServletResponse response) {
		return this.sessions.getMatchingRequest(request, response);
	}

	@Override
	public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
		this.sessions.removeRequest(request, response);
		if (this.enabled) {
			ServletExchange exchange = new ServletExchange(request, response);
			exchange.addCookies(this.cookies.clearPage(exchange.browser()));
		}
	}

}
