package io.github.oauth2state.logout;

import java.util.stream.StreamSupport;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.server.ServerOAuth2AuthorizedClientRepository;

import io.github.oauth2state.config.ConditionalOnOAuth2State;

/**
 * Auto-configuration of the revocation of tokens at logout from a reactive app.
 */
@AutoConfiguration
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ ServerHttpSecurity.class, ServerOAuth2AuthorizedClientRepository.class })
@ConditionalOnBooleanProperty("oauth2-state.logout.revoke-tokens")
@Import(TokenRevocationConfiguration.class)
@ImportRuntimeHints(ReactiveChain.Hints.class)
public final class ReactiveTokenRevocationAutoConfiguration {

	/**
	 * Asks only a repository that has its registrations in memory: others may call
	 * providers or a database.
	 */
	@Bean
	SmartInitializingSingleton oauth2StateRevocationCheck(TokenRevocation revocation,
			ObjectProvider<ReactiveClientRegistrationRepository> repositories) {
		return () -> TokenRevocationConfiguration.warnOfObstacles(revocation,
				repositories.stream()
					.filter(InMemoryReactiveClientRegistrationRepository.class::isInstance)
					.map(InMemoryReactiveClientRegistrationRepository.class::cast)
					.flatMap((repository) -> StreamSupport.stream(repository.spliterator(), false)));
	}

	@Bean
	static BeanPostProcessor oauth2StateTokenLogoutChains(ObjectProvider<TokenRevocation> revocation,
			ListableBeanFactory beans) {
		return new ReactiveTokenLogoutChains((client) -> revocation.getObject().revoke(client), beans);
	}

}
