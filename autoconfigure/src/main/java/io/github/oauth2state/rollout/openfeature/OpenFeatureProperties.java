package io.github.oauth2state.rollout.openfeature;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of a feature flag that decides which logins are rolled out.
 *
 * @param flagKey the key of a boolean feature flag that decides; unless set, the
 * percentage decides
 * @param timeout how long to wait for the flag before the percentage decides, from 1ms to
 * 5s
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
