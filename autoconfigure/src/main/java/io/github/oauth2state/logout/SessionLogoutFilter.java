package io.github.oauth2state.logout;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.authentication.logout.SecurityContextLogoutHandler;
import org.springframework.web.filter.OncePerRequestFilter;

import io.github.oauth2state.support.SafeLog;

/**
 * Ends the session of a request if the provider has ended it, or if the request itself
 * finds out that it must end. Keeps other sessions in the index while they are used.
 */
final class SessionLogoutFilter extends OncePerRequestFilter {

	private static final Log logger = LogFactory.getLog(SessionLogoutFilter.class);

	private final LogoutServices services;

	private final SecurityContextHolderStrategy securityContexts;

	private final LogoutHandler handlers;

	/**
	 * The ids of the sessions that requests are ending now.
	 */
	private final Set<String> ending = ConcurrentHashMap.newKeySet();

	/**
	 * Creates a filter.
	 * @param services what all filter chains share
	 * @param securityContexts knows the user
	 * @param handlers the logout handlers of the chain
	 */
	SessionLogoutFilter(LogoutServices services, SecurityContextHolderStrategy securityContexts,
			LogoutHandler handlers) {
		this.services = services;
		this.securityContexts = securityContexts;
		this.handlers = handlers;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (!this.services.isInUse()) {
			chain.doFilter(request, response);
			return;
		}
		if (this.services.marks() != null && endIfMarked(this.services.marks(), request, response)
				&& response.isCommitted()) {
			// A logout handler of the app has answered, with a redirect for example
			return;
		}
		LogoutRequest current = LogoutRequest.enter();
		WatchedRequest watched = new WatchedRequest(request, this::authentication);
		current.setWatched(watched);
		try {
			chain.doFilter(watched, response);
		}
		finally {
			current.setWatched(null);
			try {
				afterChain(current, watched, response);
			}
			finally {
				current.leave();
			}
		}
	}

	private void afterChain(LogoutRequest current, WatchedRequest request, HttpServletResponse response) {
		if (current.isEnding()) {
			current.setEnding(false);
			logOut(request, response, authentication());
		}
		else if (this.services.updates() != null && request.loadedSession() != null && !current.isAdded()) {
			prolong(this.services.updates(), new ServletSession(request.loadedSession()), current, request.formerId());
		}
	}

	private void prolong(IndexUpdates updates, AppSession session, LogoutRequest current, @Nullable String formerId) {
		OidcUser user = ProviderSession.signedIn(authentication());
		if (user != null && updates.isDue(session, formerId)) {
			current.afterSave(updates.prolong(session, formerId, user));
		}
	}

	/**
	 * Ends the session if there is a mark for it.
	 * @return whether it has ended
	 */
	private boolean endIfMarked(LogoutMarks marks, HttpServletRequest request, HttpServletResponse response) {
		HttpSession session = request.getSession(false);
		Authentication authentication = (session != null) ? authentication() : null;
		OidcUser user = ProviderSession.signedIn(authentication);
		if (session == null || user == null) {
			return false;
		}
		try {
			Optional<LogoutMark> found = find(marks, new ServletSession(session), user);
			found.ifPresent((mark) -> end(mark, session, authentication, request, response));
			return found.isPresent();
		}
		catch (IllegalStateException ex) {
			// Another request has ended it since this one found it
			this.securityContexts.clearContext();
			return true;
		}
	}

	private Optional<LogoutMark> find(LogoutMarks marks, AppSession session, OidcUser user) {
		OidcUser login = ProviderSession.userOf(session, user);
		Optional<LogoutMark> own = marks.findOwn(login);
		if (own.isPresent() || marks.isPaused() || !this.services.isCheckDue(session)) {
			return own;
		}
		Optional<LogoutMark> found = marks.find(login);
		if (marks.isPaused()) {
			this.services.forgetCheck(session);
		}
		return found;
	}

	/**
	 * Ends a session once, though several of its requests find the mark.
	 */
	private void end(LogoutMark mark, HttpSession session, @Nullable Authentication authentication,
			HttpServletRequest request, HttpServletResponse response) {
		String id = session.getId();
		if (!this.ending.add(id)) {
			this.securityContexts.clearContext();
			return;
		}
		try {
			logOut(request, response, authentication);
			this.services.events().publishEnd(mark.kind(), authentication);
		}
		finally {
			this.ending.remove(id);
		}
	}

	/**
	 * Logs the user out as Spring Security does on request of the user. A handler of the
	 * app that fails does not keep the session alive.
	 */
	private void logOut(HttpServletRequest request, HttpServletResponse response,
			@Nullable Authentication authentication) {
		try {
			this.handlers.logout(request, response, authentication);
		}
		catch (RuntimeException ex) {
			logger.warn("A logout handler failed (%s). The session ends nevertheless.".formatted(SafeLog.describe(ex)),
					ex);
			SecurityContextLogoutHandler last = new SecurityContextLogoutHandler();
			last.setSecurityContextHolderStrategy(this.securityContexts);
			last.logout(request, response, authentication);
		}
		if (authentication != null) {
			this.services.ended().tell(authentication);
		}
	}

	private @Nullable Authentication authentication() {
		return this.securityContexts.getContext().getAuthentication();
	}

}
