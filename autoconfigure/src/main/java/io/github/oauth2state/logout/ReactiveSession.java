package io.github.oauth2state.logout;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.web.server.WebSession;

/**
 * A session of a reactive app.
 *
 * @param session the session
 */
record ReactiveSession(WebSession session) implements AppSession {

	@Override
	public String id() {
		return this.session.getId();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.session.getAttributes().get(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.session.getAttributes().put(name, value);
	}

	@Override
	public void removeAttribute(String name) {
		this.session.getAttributes().remove(name);
	}

	@Override
	public Duration timeout() {
		return this.session.getMaxIdleTime();
	}

}
