package io.github.oauth2state.actuate;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the health of the store.
 *
 * @param cache how long an answer of the store counts before a health request asks it
 * again, from 0s to 5m
 * @param downOnFailure whether a store that fails makes the app's health DOWN, rather
 * than only its own DEGRADED
 */
@ConfigurationProperties("oauth2-state.health")
record StoreHealthProperties(@DefaultValue("5s") Duration cache, @DefaultValue("false") boolean downOnFailure) {

	Duration checkedCache() {
		return PropertyCheck.of("oauth2-state.health.cache", this.cache)
			.between(Duration.ZERO, Duration.ofMinutes(5), "Use 0s to 5m, for example 5s.");
	}

}
