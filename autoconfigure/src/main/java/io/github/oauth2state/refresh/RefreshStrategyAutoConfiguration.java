package io.github.oauth2state.refresh;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.OAuth2StateSettings.StoreType;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreDecorator;
import io.github.oauth2state.tokens.TokenKeys;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

/**
 * Auto-configuration of the strategies that come with the library.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
		TokensAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnClass(OAuth2AuthorizedClientManager.class)
@ConditionalOnMissingBean(TokenRefreshStrategy.class)
@Conditional(OnRefreshStrategyCondition.class)
@EnableConfigurationProperties(RefreshProperties.class)
public final class RefreshStrategyAutoConfiguration {

	static final String STRATEGY = "oauth2StateTokenRefreshStrategy";

	private static final Duration EARLY = Duration.ofMinutes(2);

	@Bean(STRATEGY)
	TokenRefreshStrategy oauth2StateTokenRefreshStrategy(RefreshProperties properties, OAuth2StateSettings general,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores,
			ObjectProvider<StoreDecorator> decorators, ObjectProvider<TokenKeys> keys) {
		RefreshSettings settings = RefreshSettings.of(properties, general.namespace());
		if (properties.strategy() == RefreshStrategyType.EARLY) {
			return new EarlyRefresh(window(properties, EARLY), settings);
		}
		StateStore store = StoreDecorator.decorate(meetingPoint(general.store(), logins, stores), decorators);
		return new SingleFlightRefresh(settings, window(properties, Duration.ZERO), store, keys.getIfAvailable());
	}

	/**
	 * Returns where logins are kept, or where tokens are if only that is seen by all
	 * instances.
	 */
	private static StateStore meetingPoint(@Nullable StoreType ofLogins, ObjectProvider<StateStore> logins,
			ObjectProvider<ConfiguredStore<?>> stores) {
		boolean alone = ofLogins == StoreType.MEMORY || ofLogins == StoreType.COOKIE;
		Optional<StateStore> ofTokens = stores.stream().<StateStore>map(ConfiguredStore::store).findFirst();
		if (alone && ofTokens.isPresent()) {
			return ofTokens.get();
		}
		return logins.getIfUnique(() -> {
			throw new InvalidConfigurationPropertyValueException("oauth2-state.refresh.strategy", "single-flight",
					"Instances agree by the store. Set oauth2-state.store to 'redis' or 'jdbc', or the strategy to "
							+ "'early' or 'none'.");
		});
	}

	private static EarlyWindow window(RefreshProperties properties, Duration byDefault) {
		return EarlyWindow.of(properties.early(), byDefault, new SecureRandom().nextInt(), InstantSource.system());
	}

}
