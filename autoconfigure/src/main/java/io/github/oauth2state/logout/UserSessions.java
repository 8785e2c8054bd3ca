package io.github.oauth2state.logout;

import io.github.oauth2state.StateStoreException;

/**
 * Ends the sessions of a user, on all instances. Thread-safe.
 */
public interface UserSessions {

	/**
	 * Ends all sessions that a user has at a client. Logins that are about to finish are
	 * not affected.
	 * @param registrationId the client registration
	 * @param subject the user, as the {@code sub} claim of an ID token names them
	 * @return the number of sessions that ended, or -1 if each instance ends its own with
	 * their next request
	 * @throws IllegalArgumentException if there is no such registration, or its issuer is
	 * not known
	 * @throws UnsupportedOperationException if the app does not know sessions, as no
	 * filter chain of it has OpenID Connect logout
	 * @throws StateStoreException if the store did not answer; some sessions may have
	 * ended
	 */
	int end(String registrationId, String subject);

}
