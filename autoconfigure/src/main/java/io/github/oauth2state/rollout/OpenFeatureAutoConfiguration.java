package io.github.oauth2state.rollout;

import java.time.Duration;
import java.util.Objects;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.OpenFeatureAPI;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.PropertyCheck;

/**
 * Auto-configuration of a feature flag that decides which logins are rolled out. Applies
 * if a flag is configured and the app has no decider of its own.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class, before = RolloutAutoConfiguration.class)
@ConditionalOnOAuth2State
@ConditionalOnProperty("oauth2-state.rollout.openfeature.flag-key")
@ConditionalOnMissingBean(RolloutDecider.class)
@EnableConfigurationProperties(OpenFeatureAutoConfiguration.OpenFeatureProperties.class)
public final class OpenFeatureAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(OpenFeatureAPI.class)
	static class FlagConfiguration {

		@Bean
		OpenFeatureRolloutDecider oauth2StateOpenFeatureRolloutDecider(OpenFeatureProperties properties,
				ObjectProvider<Client> client, OAuth2StateSettings settings) {
			return new OpenFeatureRolloutDecider(client.getIfUnique(() -> OpenFeatureAPI.getInstance().getClient()),
					properties.checkedFlagKey(), properties.checkedTimeout(), settings.namespace());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("dev.openfeature.sdk.OpenFeatureAPI")
	static class MissingOpenFeatureConfiguration {

		@Bean
		RolloutDecider oauth2StateMissingOpenFeature(OpenFeatureProperties properties) {
			throw new InvalidConfigurationPropertyValueException("oauth2-state.rollout.openfeature.flag-key",
					properties.flagKey(),
					"Add dev.openfeature:sdk and a provider of feature flags, or leave the property out.");
		}

	}

	/**
	 * Properties of a feature flag that decides which logins are rolled out.
	 *
	 * @param flagKey the key of a boolean feature flag that decides; unless set, the
	 * percentage decides
	 * @param timeout how long to wait for the feature flag before the percentage decides,
	 * from 1ms to 5s
	 */
	@ConfigurationProperties("oauth2-state.rollout.openfeature")
	record OpenFeatureProperties(@Nullable String flagKey, @DefaultValue("100ms") Duration timeout) {

		Duration checkedTimeout() {
			return PropertyCheck.of("oauth2-state.rollout.openfeature.timeout", this.timeout)
				.between(Duration.ofMillis(1), Duration.ofSeconds(5), "Use 1ms to 5s, for example 100ms.");
		}

		String checkedFlagKey() {
			return PropertyCheck
				.of("oauth2-state.rollout.openfeature.flag-key", Objects.requireNonNullElse(this.flagKey, ""))
				.must((key) -> !key.isBlank(), "Name a boolean flag, or leave the property out.");
		}

	}

}
