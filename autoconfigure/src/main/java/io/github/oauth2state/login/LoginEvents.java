package io.github.oauth2state.login;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.oauth2state.LoginEvent;
import io.github.oauth2state.LoginListener;

/**
 * Tells all listeners what happens to logins. A listener that fails is no reason for a
 * login to fail.
 */
public final class LoginEvents {

	private static final Log logger = LogFactory.getLog(LoginEvents.class);

	private final List<LoginListener> listeners;

	LoginEvents(List<LoginListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * Tells all listeners.
	 * @param event what happened
	 */
	public void publish(LoginEvent event) {
		for (LoginListener listener : this.listeners) {
			try {
				listener.onLoginEvent(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

}
