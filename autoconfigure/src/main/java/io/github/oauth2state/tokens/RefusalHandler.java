package io.github.oauth2state.tokens;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.registration.ClientRegistration;

/**
 * Is told when the provider refuses a user's refresh token for good, so that the user has
 * to log in again.
 */
@FunctionalInterface
public interface RefusalHandler {

	/**
	 * Handles a refusal.
	 * @param registration the client whose token was refused
	 * @param user the user whose token it was
	 */
	void onRefusal(ClientRegistration registration, Authentication user);

}
