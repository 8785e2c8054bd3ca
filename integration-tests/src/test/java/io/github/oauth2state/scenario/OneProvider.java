package io.github.oauth2state.scenario;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;

/**
 * An app with one client registration, so that Spring Security sends users to the
 * provider at once.
 */
@Configuration(proxyBeanMethods = false)
class OneProvider {

	private static final String ISSUER = "${spring.security.oauth2.client.provider.idp.issuer-uri}";

	@Bean
	@InServletApp
	ClientRegistrationRepository registrations(@Value(ISSUER) String issuer) {
		return new InMemoryClientRegistrationRepository(registration(issuer));
	}

	@Bean
	@InReactiveApp
	ReactiveClientRegistrationRepository reactiveRegistrations(@Value(ISSUER) String issuer) {
		return new InMemoryReactiveClientRegistrationRepository(registration(issuer));
	}

	private static ClientRegistration registration(String issuer) {
		return ClientRegistrations.fromIssuerLocation(issuer)
			.registrationId("idp")
			.clientId("app")
			.clientSecret("secret")
			.scope("openid")
			.build();
	}

}
