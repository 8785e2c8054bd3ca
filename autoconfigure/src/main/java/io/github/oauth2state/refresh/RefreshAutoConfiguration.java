package io.github.oauth2state.refresh;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.util.function.SingletonSupplier;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreDecorators;
import io.github.oauth2state.tokens.TokenKeys;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

/**
 * Auto-configuration of the refresh of tokens.
 */
@AutoConfiguration(
		after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
				TokensAutoConfiguration.class },
		afterName = "org.springframework.boot.security.oauth2.client.autoconfigure.OAuth2ClientAutoConfiguration")
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
@ConditionalOnClass(OAuth2AuthorizedClientManager.class)
@EnableConfigurationProperties(RefreshProperties.class)
@ImportRuntimeHints(ClientInternals.Hints.class)
public final class RefreshAutoConfiguration {

	/**
	 * The strategies that come with the library.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(TokenRefreshStrategy.class)
	@Conditional(OnRefreshStrategyCondition.class)
	static class Strategies {

		private static final Duration EARLY = Duration.ofMinutes(2);

		@Bean
		TokenRefreshStrategy oauth2StateTokenRefreshStrategy(RefreshProperties properties, OAuth2StateSettings general,
				ObjectProvider<StateStore> stores, StoreDecorators decorators, ObjectProvider<TokenKeys> keys) {
			RefreshSettings settings = RefreshSettings.of(properties, general.namespace());
			if (properties.strategy() == RefreshStrategyType.EARLY) {
				return new EarlyRefresh(window(properties, EARLY), settings);
			}
			StateStore store = stores.getIfUnique(() -> {
				throw new InvalidConfigurationPropertyValueException("oauth2-state.refresh.strategy", "single-flight",
						"Instances agree by the store. Set oauth2-state.store to 'redis' or 'jdbc', or the strategy to "
								+ "'early' or 'none'.");
			});
			StateStore decorated = decorators.around(store);
			return new SingleFlightRefresh(settings, window(properties, Duration.ZERO), decorated,
					keys.getIfAvailable());
		}

		private static EarlyWindow window(RefreshProperties properties, Duration byDefault) {
			return EarlyWindow.of(properties.early(), byDefault, new SecureRandom().nextInt(), InstantSource.system());
		}

	}

	/**
	 * What puts a strategy to work, the app's own or one of the library's.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(TokenRefreshStrategy.class)
	static class Coordination {

		@Bean
		static ManagerCoordinator oauth2StateManagerCoordinator(ObjectProvider<Refresher> refresher,
				Environment environment) {
			boolean clientCredentials = environment.getProperty("oauth2-state.refresh.client-credentials",
					Boolean.class, true);
			return new ManagerCoordinator(SingletonSupplier.of(refresher::getObject), clientCredentials);
		}

		@Bean
		Refresher oauth2StateRefresher(TokenRefreshStrategy strategy, ObjectProvider<TokenRefreshListener> listeners,
				ObjectProvider<OAuth2AuthorizedClientService> clients) {
			OAuth2AuthorizedClientService service = clients.getIfUnique();
			boolean shared = service != null && !(service instanceof InMemoryOAuth2AuthorizedClientService);
			return new Refresher(strategy, listeners.orderedStream().toList(), shared ? service : null);
		}

		@Bean
		RefreshEventLogger oauth2StateRefreshEventLogger() {
			return new RefreshEventLogger();
		}

		@Bean
		TokensInOneInstanceWarning oauth2StateTokensInOneInstanceWarning(TokenRefreshStrategy strategy,
				ListableBeanFactory beans) {
			return new TokensInOneInstanceWarning(strategy, beans);
		}

	}

}
