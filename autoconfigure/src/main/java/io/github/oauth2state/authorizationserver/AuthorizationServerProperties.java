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
 * @param cleanup removal of authorizations that nobody can use any more
 */
@ConfigurationProperties("oauth2-state.authorization-server")
record AuthorizationServerProperties(@DefaultValue("true") boolean singleUse, @DefaultValue("service") Pending pending,
		@Nullable Duration reuseDetection, @DefaultValue("0s") Duration replayWindow, @DefaultValue Cleanup cleanup) {

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

	/**
	 * Removal of authorizations that nobody can use any more from the table of a
	 * JdbcOAuth2AuthorizationService.
	 *
	 * @param enabled whether this instance removes authorizations whose codes and tokens
	 * have all expired from the table of the JdbcOAuth2AuthorizationService
	 * @param interval time between two removals, from 1s to 1d
	 * @param batchSize how many authorizations one statement removes at most, from 1 to
	 * 1000
	 * @param maxDuration how long one removal may go on with further statements, from 1s
	 * to 1h; what is left waits for the next one
	 * @param retention how long an authorization is kept after all its codes and tokens
	 * have expired, from 0s to 365d; a logout may still name its ID token
	 * @param consentTimeout how long a user may take on a consent page before the pending
	 * authorization counts as expired, from 5m to 30d
	 */
	record Cleanup(@DefaultValue("false") boolean enabled, @DefaultValue("10m") Duration interval,
			@DefaultValue("1000") int batchSize, @DefaultValue("30s") Duration maxDuration,
			@DefaultValue("1d") Duration retention, @DefaultValue("1h") Duration consentTimeout) {

		private static final String PREFIX = "oauth2-state.authorization-server.cleanup.";

		Cleanup checked() {
			Duration second = Duration.ofSeconds(1);
			PropertyCheck.of(PREFIX + "interval", this.interval)
				.between(second, Duration.ofDays(1), "Use 1s to 1d, for example 10m.");
			PropertyCheck.of(PREFIX + "batch-size", this.batchSize).between(1, 1000, "Use 1 to 1000.");
			PropertyCheck.of(PREFIX + "max-duration", this.maxDuration)
				.between(second, Duration.ofHours(1), "Use 1s to 1h, for example 30s.");
			PropertyCheck.of(PREFIX + "retention", this.retention)
				.between(Duration.ZERO, Duration.ofDays(365), "Use 0s to 365d, for example 1d.");
			PropertyCheck.of(PREFIX + "consent-timeout", this.consentTimeout)
				.between(Duration.ofMinutes(5), Duration.ofDays(30), "Use 5m to 30d, for example 1h.");
			return this;
		}

	}

}
