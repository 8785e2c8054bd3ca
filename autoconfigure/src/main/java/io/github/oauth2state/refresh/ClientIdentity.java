package io.github.oauth2state.refresh;

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
record ClientIdentity(String registrationId, String clientId, String tokenUri) {

	static ClientIdentity of(ClientRegistration registration) {
		return new ClientIdentity(registration.getRegistrationId(),
				Objects.requireNonNullElse(registration.getClientId(), ""),
				Objects.requireNonNullElse(registration.getProviderDetails().getTokenUri(), ""));
	}

}
