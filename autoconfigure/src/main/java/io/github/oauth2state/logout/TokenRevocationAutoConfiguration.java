package io.github.oauth2state.logout;

import java.util.stream.StreamSupport;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;

import io.github.oauth2state.config.ConditionalOnOAuth2State;

/**
 * Auto-configuration of the revocation of tokens at logout.
 */
@AutoConfiguration
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ HttpSecurity.class, OAuth2AuthorizedClientRepository.class })
@ConditionalOnBooleanProperty("oauth2-state.logout.revoke-tokens")
@Import(TokenRevocationConfiguration.class)
public final class TokenRevocationAutoConfiguration {

	/**
	 * Asks only a repository that has its registrations in memory: others may call
	 * providers or a database.
	 */
	@Bean
	SmartInitializingSingleton oauth2StateRevocationCheck(TokenRevocation revocation,
			ObjectProvider<ClientRegistrationRepository> repositories) {
		return () -> TokenRevocationConfiguration.warnOfObstacles(revocation,
				repositories.stream()
					.filter(InMemoryClientRegistrationRepository.class::isInstance)
					.map(InMemoryClientRegistrationRepository.class::cast)
					.flatMap((repository) -> StreamSupport.stream(repository.spliterator(), false)));
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	Customizer<HttpSecurity> oauth2StateTokenLogoutCustomizer(TokenRevocation revocation) {
		return (http) -> http.with(new TokenLogoutConfigurer(revocation));
	}

}
