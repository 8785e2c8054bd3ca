package io.github.oauth2state.store;

import java.time.Duration;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ImportRuntimeHints;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.ConditionalOnOAuth2State;
import io.github.oauth2state.config.OAuth2StateAutoConfiguration;
import io.github.oauth2state.config.OAuth2StateSettings;
import io.github.oauth2state.config.PropertyCheck;

/**
 * Auto-configuration of the circuit, and of the failure that stops the app if it has no
 * store. Without that failure, logins would silently stay in one instance.
 */
@AutoConfiguration(after = OAuth2StateAutoConfiguration.class,
		afterName = { "io.github.oauth2state.store.hazelcast.HazelcastStateStoreAutoConfiguration",
				"io.github.oauth2state.store.jdbc.JdbcStateStoreAutoConfiguration",
				"io.github.oauth2state.store.memory.MemoryStateStoreAutoConfiguration",
				"io.github.oauth2state.store.redis.RedisStateStoreAutoConfiguration" })
@ConditionalOnOAuth2State
@EnableConfigurationProperties(StateStoreAutoConfiguration.CircuitBreakerProperties.class)
@ImportRuntimeHints(AvailableConnections.Hints.class)
public final class StateStoreAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Conditional(NeedsStore.class)
	@SuppressWarnings("DoNotCallSuggester")
	StateStore oauth2StateNoStateStore(OAuth2StateSettings settings, ConfigurableListableBeanFactory beanFactory) {
		throw MissingStore.failure(settings.store(), AvailableConnections.in(beanFactory),
				AvailableConnections.beans(beanFactory));
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
		return StoreCircuit.alwaysClosed();
	}

	/**
	 * Logins in cookies need no store.
	 */
	static class NeedsStore extends NoneNestedConditions {

		NeedsStore() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnProperty(name = "oauth2-state.store", havingValue = "cookie")
		static class InCookies {

		}

	}

	/**
	 * Properties of the circuit breaker that lets logins start without waiting for a
	 * store that does not answer.
	 *
	 * @param enabled whether logins stop waiting for a store that fails
	 * @param slidingWindowSize number of the latest logins started whose failures are
	 * counted, from 1 to 1000
	 * @param minimumNumberOfCalls number of logins that must have started before the
	 * circuit can open, from 1 to the size of the window
	 * @param failureRateThreshold from which percentage of failures on the circuit opens,
	 * from 1 to 100
	 * @param waitDuration how long the circuit stays open before one login tries the
	 * store again, from 100ms to 1h
	 */
	@ConfigurationProperties("oauth2-state.circuit-breaker")
	record CircuitBreakerProperties(@DefaultValue("true") boolean enabled, @DefaultValue("10") int slidingWindowSize,
			@DefaultValue("3") int minimumNumberOfCalls, @DefaultValue("50") int failureRateThreshold,
			@DefaultValue("5s") Duration waitDuration) {

		int checkedSlidingWindowSize() {
			return PropertyCheck.of("oauth2-state.circuit-breaker.sliding-window-size", this.slidingWindowSize)
				.between(1, 1000, "Use 1 to 1000, for example 10.");
		}

		int checkedMinimumNumberOfCalls() {
			return PropertyCheck.of("oauth2-state.circuit-breaker.minimum-number-of-calls", this.minimumNumberOfCalls)
				.between(1, this.slidingWindowSize,
						"Use 1 to the value of oauth2-state.circuit-breaker.sliding-window-size.");
		}

		int checkedFailureRateThreshold() {
			return PropertyCheck.of("oauth2-state.circuit-breaker.failure-rate-threshold", this.failureRateThreshold)
				.between(1, 100, "Use 1 to 100, for example 50.");
		}

		Duration checkedWaitDuration() {
			return PropertyCheck.of("oauth2-state.circuit-breaker.wait-duration", this.waitDuration)
				.between(Duration.ofMillis(100), Duration.ofHours(1), "Use 100ms to 1h, for example 5s.");
		}

	}

}
