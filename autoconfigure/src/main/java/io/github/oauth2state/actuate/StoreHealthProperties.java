package io.github.oauth2state.actuate;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the health of the store.
 *
 * @param cache how long the result of a health check of the store is cached, from 0s to
 * 5m
 * @param downOnFailure whether a failing store makes the health of the app DOWN, rather
 * than only that of the store DEGRADED
 */
@ConfigurationProperties("oauth2-state.health")
record StoreHealthProperties(@DefaultValue("5s") Duration cache, @DefaultValue("false") boolean downOnFailure) {

	Duration checkedCache() {
		return PropertyCheck.of("oauth2-state.health.cache", this.cache)
			.between(Duration.ZERO, Duration.ofMinutes(5), "Use 0s to 5m, for example 5s.");
	}

}
