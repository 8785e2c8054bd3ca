package io.github.oauth2state.tokens;

import java.util.Objects;

import org.springframework.security.oauth2.client.registration.ClientRegistration;

/**
 * Tells clients apart that have the same registration id, as those of an app's tenants
 * may.
 *
 * @param registrationId the registration id
 * @param clientId the client id
 * @param tokenUri where its tokens come from
 */
public record ClientIdentity(String registrationId, String clientId, String tokenUri) {

	/**
	 * Returns the identity of a client.
	 * @param registration its registration
	 * @return what tells it from others with the same registration id
	 */
	public static ClientIdentity of(ClientRegistration registration) {
		return new ClientIdentity(registration.getRegistrationId(),
				Objects.requireNonNullElse(registration.getClientId(), ""),
				Objects.requireNonNullElse(registration.getProviderDetails().getTokenUri(), ""));
	}

}
