package io.github.oauth2state.rollout;

import java.time.InstantSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.github.oauth2state.RolloutDecider;
import io.github.oauth2state.StateStore;
import io.github.oauth2state.login.LoginAutoConfiguration;
import io.github.oauth2state.login.LoginSettings;
import io.github.oauth2state.store.StateStoreAutoConfiguration;

/**
 * Auto-configuration of what chooses a login's path.
 */
@AutoConfiguration(after = { LoginAutoConfiguration.class, StateStoreAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "oauth2-state.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ RolloutProperties.class, CircuitBreakerProperties.class })
public final class RolloutAutoConfiguration {

	@Bean
	@ConditionalOnBean(StateStore.class)
	@Conditional(OnRuntimePercentageCondition.class)
	ClusterPercentage oauth2StateClusterPercentage(RolloutProperties properties, StateStore store,
			LoginSettings settings) {
		return new ClusterPercentage(properties.checkedPercentage(), store, settings.namespace(),
				InstantSource.system());
	}

	@Bean
	Rollout oauth2StateRollout(RolloutProperties properties, ObjectProvider<ClusterPercentage> cluster,
			ObjectProvider<RolloutDecider> decider, LoginSettings settings) {
		Percentage configured = properties.checkedPercentage();
		RolloutPercentage percentage = cluster.getIfAvailable();
		return new Rollout((percentage != null) ? percentage : new ConfiguredPercentage(configured),
				decider.getIfAvailable(), settings);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnClass(name = "io.github.resilience4j.circuitbreaker.CircuitBreaker")
	@ConditionalOnBooleanProperty(name = "oauth2-state.circuit-breaker.enabled", matchIfMissing = true)
	StoreCircuit oauth2StateStoreCircuit(CircuitBreakerProperties properties) {
		return new Resilience4jCircuit(properties);
	}

	@Bean
	@ConditionalOnMissingBean(StoreCircuit.class)
	StoreCircuit oauth2StateNoCircuit() {
		return new NoCircuit();
	}

}
