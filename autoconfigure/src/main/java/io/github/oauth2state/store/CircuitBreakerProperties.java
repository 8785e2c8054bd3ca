package io.github.oauth2state.store;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the circuit breaker that lets logins begin without waiting for a store
 * that does not answer.
 *
 * @param enabled whether there is one
 * @param slidingWindowSize over how many of the last begins failures are counted, from 1
 * to 1000
 * @param minimumNumberOfCalls how many begins there must have been, from 1 to the size of
 * the window
 * @param failureRateThreshold from which percentage of failures on the circuit opens,
 * from 1 to 100
 * @param waitDuration how long it stays open before one login tries the store again, from
 * 100ms to 1h
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
