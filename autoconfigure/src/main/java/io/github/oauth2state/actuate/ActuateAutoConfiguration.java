package io.github.oauth2state.actuate;

import java.time.InstantSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateProperties;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.rollout.Rollout;
import io.github.oauth2state.rollout.RolloutAutoConfiguration;
import io.github.oauth2state.store.StateStoreAutoConfiguration;
import io.github.oauth2state.store.StoreCircuit;

/**
 * Auto-configuration of the endpoint and of the health of the store, for apps that have
 * the Actuator.
 */
@AutoConfiguration(
		after = { LoginAutoConfiguration.class, RolloutAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnOAuth2State
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
public final class ActuateAutoConfiguration {

	private static final String HEALTH = "oauth2StateHealthContributor";

	/**
	 * Whether the endpoint can be reached decides about the listeners too: to be told of
	 * cleanups costs the store a query each time.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(OAuth2StateEndpoint.class)
	@ConditionalOnBean({ LoginSettings.class, Rollout.class })
	static class EndpointConfiguration {

		@Bean
		LoginCounts oauth2StateLoginCounts() {
			return new LoginCounts(InstantSource.system());
		}

		@Bean
		LastCleanup oauth2StateLastCleanup() {
			return new LastCleanup(InstantSource.system());
		}

		@Bean
		RolloutState oauth2StateRolloutState(Rollout rollout, StoreCircuit circuit, OAuth2StateProperties properties) {
			return new RolloutState(rollout, circuit, properties.onStoreFailure());
		}

		@Bean
		OAuth2StateEndpoint oauth2StateEndpoint(ObjectProvider<StateStore> store, RolloutState rollout,
				OAuth2StateSettings settings, LoginSettings loginSettings, LoginCounts loginCounts,
				LastCleanup lastCleanup) {
			return new OAuth2StateEndpoint(store.getIfUnique(), rollout, settings, loginSettings.ttl(), loginCounts,
					lastCleanup);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
	@EnableConfigurationProperties(StoreHealthProperties.class)
	static class HealthConfiguration {

		/**
		 * The condition is on the method, as it is an annotation of Spring Boot that may
		 * be missing with the classes that the configuration requires.
		 */
		@Bean
		@ConditionalOnEnabledHealthIndicator("oauth2state")
		@ConditionalOnSingleCandidate(StateStore.class)
		@ConditionalOnMissingBean(name = HEALTH)
		StoreHealthIndicator oauth2StateHealthContributor(StateStore store, OAuth2StateSettings settings,
				StoreHealthProperties properties, ObjectProvider<StoreCircuit> circuit) {
			return new StoreHealthIndicator(store, settings, properties, circuit.getIfAvailable(),
					InstantSource.system());
		}

		/**
		 * Cookies cannot fail. An app that names the health indicator in a health group
		 * must start with any store, though.
		 */
		@Bean(HEALTH)
		@ConditionalOnEnabledHealthIndicator("oauth2state")
		@ConditionalOnMissingBean(value = StateStore.class, name = HEALTH)
		HealthIndicator healthWithoutStore() {
			return () -> Health.up().withDetail("store", "cookie").build();
		}

	}

}
