package io.github.oauth2state.sample;

import java.util.List;
import java.util.stream.StreamSupport;

import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.stereotype.Component;

/**
 * The registrations that users can log in with.
 */
@Component
class LoginLinks {

	private final ClientRegistrationRepository registrations;

	LoginLinks(ClientRegistrationRepository registrations) {
		this.registrations = registrations;
	}

	List<ClientRegistration> all() {
		if (!(this.registrations instanceof Iterable<?> all)) {
			return List.of();
		}
		return StreamSupport.stream(all.spliterator(), false)
			.map(ClientRegistration.class::cast)
			.filter((registration) -> AuthorizationGrantType.AUTHORIZATION_CODE
				.equals(registration.getAuthorizationGrantType()))
			.toList();
	}

}
