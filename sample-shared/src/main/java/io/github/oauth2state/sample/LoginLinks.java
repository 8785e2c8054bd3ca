package io.github.oauth2state.sample;

import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.stereotype.Component;

/**
 * The registrations that users can log in with.
 */
@Component
class LoginLinks {

	private final ObjectProvider<Iterable<ClientRegistration>> registrations;

	/**
	 * Creates the links.
	 * @param registrations the repository of registrations, which is of another type on
	 * each stack
	 */
	LoginLinks(ObjectProvider<Iterable<ClientRegistration>> registrations) {
		this.registrations = registrations;
	}

	List<ClientRegistration> all() {
		return this.registrations.stream()
			.flatMap((repository) -> StreamSupport.stream(repository.spliterator(), false))
			.filter((registration) -> AuthorizationGrantType.AUTHORIZATION_CODE
				.equals(registration.getAuthorizationGrantType()))
			.toList();
	}

	Optional<ClientRegistration> find(String registrationId) {
		return all().stream()
			.filter((registration) -> registration.getRegistrationId().equals(registrationId))
			.findFirst();
	}

}
