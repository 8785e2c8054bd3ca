package io.github.oauth2state.tokens;

import java.time.InstantSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;

import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.ReactiveStoreAutoConfiguration;
import io.github.oauth2state.store.ReactiveStores;

/**
 * Auto-configuration of tokens that the instances of a reactive app share. Comes before
 * that of Spring Boot, which declares a service in memory unless one is declared already.
 */
@AutoConfiguration(after = { TokensAutoConfiguration.class, ReactiveStoreAutoConfiguration.class },
		beforeName = "org.springframework.boot.security.oauth2.client.autoconfigure.reactive.ReactiveOAuth2ClientAutoConfiguration")
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(name = { "reactor.core.publisher.Mono",
		"org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService" })
public final class ReactiveTokensAutoConfiguration {

	@Bean(TokensAutoConfiguration.SERVICE)
	@ConditionalOnTokenStore({ TokensProperties.Store.REDIS, TokensProperties.Store.JDBC })
	@ConditionalOnMissingBean(ReactiveOAuth2AuthorizedClientService.class)
	ReactiveSharedAuthorizedClientService oauth2StateAuthorizedClientService(TokensProperties properties,
			OAuth2StateSettings settings, @Qualifier(Keyring.TOKEN_KEYS_BEAN) ObjectProvider<Keyring> keys,
			ObjectProvider<ConfiguredStore<?>> stores, ReactiveStores reactive,
			ReactiveClientRegistrationRepository registrations, ObjectProvider<TokenLogout.LateTokens> late) {
		TokenSealer sealer = new TokenSealer(keys.getIfAvailable(properties::checkedKeys), settings.namespace());
		return new ReactiveSharedAuthorizedClientService(registrations,
				reactive.of(TokensAutoConfiguration.configuredStore(properties, settings, stores)), sealer,
				properties.checkedTtl(), InstantSource.system(),
				(client) -> late.ifAvailable((listener) -> listener.discard(client)));
	}

	/**
	 * Stops the app: the service of Spring Security's table blocks threads.
	 */
	@Bean(TokensAutoConfiguration.SERVICE)
	@ConditionalOnTokenStore(TokensProperties.Store.JDBC_PLAIN)
	@ConditionalOnMissingBean
	@SuppressWarnings("DoNotCallSuggester")
	ReactiveOAuth2AuthorizedClientService noAuthorizedClientService() {
		throw new StartupFailureException(
				"The property oauth2-state.tokens.store is 'jdbc-plain', which reactive apps cannot use, because it blocks threads.",
				"""
						One of these:

						- set oauth2-state.tokens.store=jdbc, to keep tokens sealed in the same database
						- or declare an R2dbcReactiveOAuth2AuthorizedClientService bean, and remove oauth2-state.tokens.store""");
	}

	/**
	 * Warns if the property has no effect, because the app declares a service of its own.
	 */
	@Bean
	@ConditionalOnTokenStore({ TokensProperties.Store.REDIS, TokensProperties.Store.JDBC,
			TokensProperties.Store.JDBC_PLAIN })
	SmartInitializingSingleton oauth2StateIgnoredTokenStoreWarning(ListableBeanFactory beans) {
		return () -> TokensAutoConfiguration.warnIfIgnored(beans, ReactiveOAuth2AuthorizedClientService.class);
	}

}
