package io.github.oauth2state.refresh;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.util.Assert;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.record.Keyring;
import io.github.oauth2state.store.ConfiguredStore;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.tokens.TokensAutoConfiguration;

/**
 * Auto-configuration of the library's own strategies.
 */
@AutoConfiguration(after = { OAuth2StateAutoConfiguration.class, StateStoreAutoConfiguration.class,
		TokensAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnClass(OAuth2AuthorizedClientManager.class)
@ConditionalOnMissingBean(TokenRefreshStrategy.class)
@Conditional({ RefreshStrategyAutoConfiguration.NotReactive.class,
		RefreshStrategyAutoConfiguration.StrategyCondition.class })
@EnableConfigurationProperties(RefreshProperties.class)
public final class RefreshStrategyAutoConfiguration {

	static final String STRATEGY = "oauth2StateTokenRefreshStrategy";

	static final Duration WINDOW_OF_EARLY = Duration.ofMinutes(2);

	@Bean(STRATEGY)
	TokenRefreshStrategy oauth2StateTokenRefreshStrategy(RefreshProperties unchecked, OAuth2StateSettings general,
			ObjectProvider<StateStore> logins, ObjectProvider<ConfiguredStore<?>> stores,
			ObjectProvider<ConfiguredStore.Decorator> decorators,
			@Qualifier(Keyring.TOKEN_KEYS_BEAN) ObjectProvider<Keyring> keys) {
		RefreshProperties properties = unchecked.check();
		if (properties.strategy() == RefreshProperties.Strategy.EARLY) {
			return new EarlyStrategy(properties, WINDOW_OF_EARLY, salt(), InstantSource.system());
		}
		StateStore shared = ConfiguredStore.shared(general.store(), logins, stores)
			.orElseThrow(RefreshStrategyAutoConfiguration::noStore);
		StateStore store = ConfiguredStore.decorate(shared, decorators);
		return new SingleFlightStrategy(properties, general.namespace(), neverEarly(properties), store,
				keys.getIfAvailable());
	}

	static InvalidConfigurationPropertyValueException noStore() {
		return new InvalidConfigurationPropertyValueException("oauth2-state.refresh.strategy", "single-flight",
				"Instances agree through a store. Set oauth2-state.store to 'redis' or 'jdbc', or the strategy to "
						+ "'early' or 'none'.");
	}

	/**
	 * Returns the window of single-flight, which is empty unless one is configured.
	 */
	static EarlyWindow neverEarly(RefreshProperties properties) {
		return new EarlyWindow(properties, Duration.ZERO, salt(), InstantSource.system());
	}

	static int salt() {
		return new SecureRandom().nextInt();
	}

	/**
	 * Matches in servlet apps and in apps without a web server.
	 */
	static class NotReactive extends NoneNestedConditions {

		NotReactive() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
		static class Reactive {

		}

	}

	/**
	 * Matches if a strategy is chosen, or if none is set and there is a store.
	 */
	static class StrategyCondition extends SpringBootCondition implements ConfigurationCondition {

		@Override
		public ConfigurationPhase getConfigurationPhase() {
			return ConfigurationPhase.REGISTER_BEAN;
		}

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("OAuth2 State refresh strategy");
			RefreshProperties.Strategy chosen = Binder.get(context.getEnvironment())
				.bind("oauth2-state.refresh.strategy", RefreshProperties.Strategy.class)
				.orElse(null);
			if (chosen != null) {
				return new ConditionOutcome(chosen != RefreshProperties.Strategy.NONE,
						message.because("oauth2-state.refresh.strategy is " + chosen));
			}
			Assert.state(context.getBeanFactory() != null, "There is a bean factory when beans are registered");
			boolean store = hasStore(context.getBeanFactory());
			return new ConditionOutcome(store, message
				.because("oauth2-state.refresh.strategy is not set and there is " + (store ? "a store" : "no store")));
		}

		boolean hasStore(ListableBeanFactory beans) {
			return has(beans, StateStore.class) || has(beans, ConfiguredStore.class);
		}

		static boolean has(ListableBeanFactory beans, Class<?> type) {
			return beans.getBeanNamesForType(type, true, false).length > 0;
		}

	}

}
