package io.github.oauth2state.refresh;

import java.time.Duration;

import io.github.oauth2state.config.PropertyCheck;
import io.github.oauth2state.refresh.RefreshProperties.KeyScope;
import io.github.oauth2state.refresh.RefreshProperties.OnStoreFailure;

/**
 * The settings of single flights after checks.
 *
 * @param namespace what keeps this app's refreshes apart from others'
 * @param lease how long others wait for an instance that is not heard of
 * @param waitTimeout how long a request waits for another one's refresh
 * @param replayWindow how long a result is offered
 * @param failureWindow how long a passing failure is offered
 * @param onStoreFailure what to do while the store does not answer
 * @param keyScope which requests refresh the same tokens
 */
record RefreshSettings(String namespace, Duration lease, Duration waitTimeout, Duration replayWindow,
		Duration failureWindow, OnStoreFailure onStoreFailure, KeyScope keyScope) {

	private static final String PREFIX = "oauth2-state.refresh.";

	static RefreshSettings of(RefreshProperties properties, String namespace) {
		Duration lease = PropertyCheck.of(PREFIX + "lease", properties.lease())
			.between(Duration.ofSeconds(1), Duration.ofSeconds(60), "Use 1s to 60s, for example 8s.");
		Duration waitTimeout = PropertyCheck.of(PREFIX + "wait-timeout", properties.waitTimeout())
			.between(Duration.ofSeconds(1), Duration.ofMinutes(5), "Use 1s to 5m, for example 15s.");
		Duration replayWindow = PropertyCheck.of(PREFIX + "replay-window", properties.replayWindow())
			.between(Duration.ofSeconds(1), Duration.ofHours(1), "Use 1s to 1h, for example 30s.");
		Duration failureWindow = PropertyCheck.of(PREFIX + "failure-window", properties.failureWindow())
			.between(Duration.ZERO, Duration.ofSeconds(60), "Use 0s to 60s, for example 2s.");
		return new RefreshSettings(namespace, lease, waitTimeout, replayWindow, failureWindow,
				properties.onStoreFailure(), properties.keyScope());
	}

}
