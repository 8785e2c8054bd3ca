package io.github.oauth2state.logout;

import java.time.Duration;

import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;

/**
 * A session of a servlet app.
 *
 * @param session the session
 */
record ServletSession(HttpSession session) implements AppSession {

	/**
	 * Wraps a session, if there is one.
	 */
	static @Nullable AppSession of(@Nullable HttpSession session) {
		return (session != null) ? new ServletSession(session) : null;
	}

	@Override
	public String id() {
		return this.session.getId();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.session.getAttribute(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.session.setAttribute(name, value);
	}

	@Override
	public void removeAttribute(String name) {
		this.session.removeAttribute(name);
	}

	@Override
	public Duration timeout() {
		return Duration.ofSeconds(this.session.getMaxInactiveInterval());
	}

}
