package io.github.oauth2state.logout;

import java.time.InstantSource;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.util.Assert;

import io.github.oauth2state.LogoutKind;
import io.github.oauth2state.LogoutOutcome;

/**
 * Ends the sessions of a user for an operator.
 */
final class OperatorLogout implements UserSessions {

	private final LogoutServices services;

	private final String namespace;

	private final Function<String, @Nullable ClientRegistration> registrations;

	private final InstantSource clock = InstantSource.system();

	/**
	 * Creates an object.
	 * @param services end sessions
	 * @param namespace the namespace of the app
	 * @param registrations finds a client registration by its id
	 */
	OperatorLogout(LogoutServices services, String namespace,
			Function<String, @Nullable ClientRegistration> registrations) {
		this.services = services;
		this.namespace = namespace;
		this.registrations = registrations;
	}

	@Override
	public int end(String registrationId, String subject) {
		if (!this.services.isInUse()) {
			throw new UnsupportedOperationException("Nothing ends sessions in this app");
		}
		ClientRegistration registration = this.registrations.apply(registrationId);
		Assert.notNull(registration, "There is no such client registration");
		String issuer = registration.getProviderDetails().getIssuerUri();
		Assert.hasText(issuer, "The issuer of the client registration is not known: set issuer-uri of its provider");
		SessionName name = SessionName.ofSubject(this.namespace, issuer, registration.getClientId(), subject);
		SessionEnder.Result result;
		try {
			result = this.services.ender().end(name, this.clock.instant());
		}
		catch (RuntimeException ex) {
			this.services.events().publishFailure(LogoutKind.OPERATOR, LogoutOutcome.FAILED, registrationId, ex);
			throw ex;
		}
		this.services.events().publish(LogoutKind.OPERATOR, result, registrationId);
		return (result.outcome() == LogoutOutcome.MARKED) ? -1 : result.sessions();
	}

}
