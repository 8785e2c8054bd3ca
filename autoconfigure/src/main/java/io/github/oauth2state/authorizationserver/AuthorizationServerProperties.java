package io.github.oauth2state.authorizationserver;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of an app that is a Spring Authorization Server.
 *
 * @param singleUse whether each authorization code, device code, consent, pushed request
 * and rotated refresh token is used at most once on all instances
 * @param pending where an authorization is kept that no tokens have been issued for yet
 * @param reuseDetection how long a rotated refresh token is recognized when it comes
 * again, from 1m to 365d and no longer than it would have lived; unless set, 1d, and 5m
 * in memory
 * @param replayWindow how long after its rotation a refresh token that comes again gets
 * the same new tokens, from 0s to 5m; 0s for not at all: its tokens are revoked
 */
@ConfigurationProperties("oauth2-state.authorization-server")
record AuthorizationServerProperties(@DefaultValue("true") boolean singleUse, @DefaultValue("service") Pending pending,
		@Nullable Duration reuseDetection, @DefaultValue("0s") Duration replayWindow) {

	/**
	 * Returns how long a rotated refresh token is recognized.
	 * @param inMemory whether the store is in memory, which has little room
	 */
	Duration checkedReuseDetection(boolean inMemory) {
		Duration unlessSet = inMemory ? Duration.ofMinutes(5) : Duration.ofDays(1);
		return PropertyCheck
			.of("oauth2-state.authorization-server.reuse-detection",
					(this.reuseDetection != null) ? this.reuseDetection : unlessSet)
			.between(Duration.ofMinutes(1), Duration.ofDays(365), "Use 1m to 365d, for example 1d.");
	}

	Duration checkedReplayWindow() {
		return PropertyCheck.of("oauth2-state.authorization-server.replay-window", this.replayWindow)
			.between(Duration.ZERO, Duration.ofMinutes(5), "Use 0s to 5m, for example 10s.");
	}

	/**
	 * Where an authorization is kept that no tokens have been issued for yet.
	 */
	enum Pending {

		/**
		 * In the app's OAuth2AuthorizationService, as the server does by itself.
		 */
		SERVICE,

		/**
		 * In the store, sealed under its code or state, so that it expires by itself if
		 * it is never redeemed. Set it when all instances have single-use on.
		 */
		STORE

	}

}
