package io.github.oauth2state.logout;

import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * Notices when the id of a session changes, which Spring Session publishes no event for.
 */
final class WatchedRequest extends HttpServletRequestWrapper {

	/**
	 * Where Spring Session keeps the session that a request has loaded.
	 */
	private static final String LOADED = "org.springframework.session.SessionRepository.CURRENT_SESSION";

	private @Nullable String formerId;

	private final Supplier<@Nullable Authentication> user;

	/**
	 * Creates a request.
	 * @param request the request to watch
	 * @param user returns its user
	 */
	WatchedRequest(HttpServletRequest request, Supplier<@Nullable Authentication> user) {
		super(request);
		this.user = user;
	}

	/**
	 * Returns the user of this request, or {@code null} if nobody is signed in.
	 */
	@Nullable Authentication user() {
		return this.user.get();
	}

	@Override
	public String changeSessionId() {
		HttpSession session = getSession(false);
		String before = (session != null) ? session.getId() : null;
		String after = super.changeSessionId();
		if (this.formerId == null) {
			this.formerId = before;
		}
		return after;
	}

	/**
	 * Returns the id that the session had before this request changed it, or {@code null}
	 * if it did not.
	 */
	@Nullable String formerId() {
		return this.formerId;
	}

	/**
	 * Returns the session if something has loaded it. Does not load it itself, as that
	 * takes a command.
	 */
	@Nullable HttpSession loadedSession() {
		return (getAttribute(LOADED) instanceof HttpSession session) ? session : null;
	}

	/**
	 * Returns the session, or {@code null} if the request has no session. Loads the
	 * session if necessary.
	 */
	@Nullable HttpSession currentSession() {
		HttpSession loaded = loadedSession();
		return (loaded != null) ? loaded : getSession(false);
	}

}
