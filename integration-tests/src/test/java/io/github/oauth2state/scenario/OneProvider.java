package io.github.oauth2state.scenario;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;

/**
 * An app with one client registration, so that Spring Security sends users to the
 * provider at once.
 */
@Configuration(proxyBeanMethods = false)
class OneProvider {

	@Bean
	ClientRegistrationRepository registrations(
			@Value("${spring.security.oauth2.client.provider.idp.issuer-uri}") String issuer) {
		return new InMemoryClientRegistrationRepository(ClientRegistrations.fromIssuerLocation(issuer)
			.registrationId("idp")
			.clientId("app")
			.clientSecret("secret")
			.scope("openid")
			.build());
	}

}
