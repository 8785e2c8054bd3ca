package io.github.oauth2state.refresh;

import java.time.InstantSource;
import java.util.Arrays;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.ReactiveStateStore;
import io.github.oauth2state.ReactiveTokenRefreshStrategy;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.StartupFailureException;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ReactiveStores;
import io.github.oauth2state.tokens.ReactiveTokensAutoConfiguration;

/**
 * Auto-configuration of the library's own strategies for reactive apps.
 */
@AutoConfiguration(after = { RefreshStrategyAutoConfiguration.class, ReactiveTokensAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(name = { "reactor.core.publisher.Mono",
		"org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager" })
@ConditionalOnMissingBean(ReactiveTokenRefreshStrategy.class)
@EnableConfigurationProperties(RefreshProperties.class)
public final class ReactiveRefreshStrategyAutoConfiguration {

	/**
	 * Stops the app: a strategy that blocks would block the threads that serve all
	 * requests, and leaving it out would change how tokens are refreshed.
	 */
	@Bean(RefreshStrategyAutoConfiguration.STRATEGY)
	@ConditionalOnBean(TokenRefreshStrategy.class)
	@SuppressWarnings("DoNotCallSuggester")
	ReactiveTokenRefreshStrategy oauth2StateNoReactiveTokenRefreshStrategy(ListableBeanFactory beans) {
		throw new StartupFailureException(
				"The bean %s is a TokenRefreshStrategy, which blocks threads, and this app is reactive."
					.formatted(Arrays.toString(beans.getBeanNamesForType(TokenRefreshStrategy.class, true, false))),
				"Declare a bean of type ReactiveTokenRefreshStrategy in its place.");
	}

	@Bean(RefreshStrategyAutoConfiguration.STRATEGY)
	@ConditionalOnMissingBean(TokenRefreshStrategy.class)
	@Conditional(ReactiveStrategyCondition.class)
	ReactiveTokenRefreshStrategy oauth2StateTokenRefreshStrategy(RefreshProperties unchecked,
			OAuth2StateSettings general, ReactiveStores stores,
			@Qualifier(Keyring.TOKEN_KEYS_BEAN) ObjectProvider<Keyring> keys) {
		RefreshProperties properties = unchecked.check();
		if (properties.strategy() == RefreshProperties.Strategy.EARLY) {
			return new ReactiveEarlyStrategy(properties,
					new EarlyWindow(properties, RefreshStrategyAutoConfiguration.WINDOW_OF_EARLY,
							RefreshStrategyAutoConfiguration.salt(), InstantSource.system()));
		}
		ReactiveStateStore store = stores.shared().orElseThrow(RefreshStrategyAutoConfiguration::noStore);
		return new ReactiveSingleFlightStrategy(properties, general.namespace(),
				RefreshStrategyAutoConfiguration.neverEarly(properties), store, keys.getIfAvailable());
	}

	/**
	 * Matches as in a servlet app, and also if there is a reactive store.
	 */
	static class ReactiveStrategyCondition extends RefreshStrategyAutoConfiguration.StrategyCondition {

		@Override
		boolean hasStore(ListableBeanFactory beans) {
			return super.hasStore(beans) || has(beans, ReactiveStateStore.class);
		}

	}

}
