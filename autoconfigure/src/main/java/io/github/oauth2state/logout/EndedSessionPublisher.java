package io.github.oauth2state.logout;

import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.security.core.Authentication;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.EndedSessionListener;

/**
 * Tells the app whose sessions ended. Thread-safe.
 */
final class EndedSessionPublisher {

	private static final Log logger = LogFactory.getLog(EndedSessionPublisher.class);

	private final SingletonSupplier<List<EndedSessionListener>> listeners;

	/**
	 * Creates an instance.
	 * @param listeners the listeners, in their order; asked for when the first session
	 * ends
	 */
	EndedSessionPublisher(Supplier<List<EndedSessionListener>> listeners) {
		this.listeners = SingletonSupplier.of(listeners);
	}

	boolean hasListeners() {
		return !this.listeners.obtain().isEmpty();
	}

	void tell(Authentication user) {
		for (EndedSessionListener listener : this.listeners.obtain()) {
			try {
				listener.onSessionEnded(user);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on the end of a session".formatted(listener.getClass().getName()), ex);
			}
		}
	}

}
