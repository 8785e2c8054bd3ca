package io.github.oauth2state.refresh;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.github.oauth2state.config.PropertyCheck;

/**
 * Properties of the refresh of tokens.
 *
 * @param strategy how instances coordinate the refresh of tokens; unless set,
 * single-flight if there is a store and none otherwise
 * @param lease how long other requests wait for an instance that called the provider and
 * has not been heard of since, from 1s to 60s
 * @param waitTimeout how long a request waits for another request's refresh, from 1s to
 * 5m
 * @param replayWindow how long new tokens, or a refusal, are given to late requests with
 * the old tokens, from 1s to 1h
 * @param failureWindow how long a temporary error of the provider is given to late
 * requests, from 0s to 60s
 * @param onStoreFailure what a request does if its tokens are due and the store does not
 * answer
 * @param onRefusal what happens to a user whose refresh token the provider refuses for
 * good
 * @param keyScope which requests share a refresh
 * @param clientCredentials whether requests share tokens by client credentials, too;
 * unless set, they do if the token client is Spring Security's and the app has added no
 * headers or parameters to its requests
 * @param early refresh ahead of time
 */
@ConfigurationProperties("oauth2-state.refresh")
record RefreshProperties(@Nullable Strategy strategy, @DefaultValue("8s") Duration lease,
		@DefaultValue("15s") Duration waitTimeout, @DefaultValue("30s") Duration replayWindow,
		@DefaultValue("2s") Duration failureWindow, @DefaultValue("uncoordinated") WithoutStore onStoreFailure,
		@DefaultValue("keep") OnRefusal onRefusal, @DefaultValue("principal") KeyScope keyScope,
		@Nullable Boolean clientCredentials, @DefaultValue Early early) {

	private static final String PREFIX = "oauth2-state.refresh.";

	/**
	 * Checks the properties, which the strategies use after that.
	 */
	RefreshProperties check() {
		PropertyCheck.of(PREFIX + "lease", this.lease)
			.between(Duration.ofSeconds(1), Duration.ofSeconds(60), "Use 1s to 60s, for example 8s.");
		PropertyCheck.of(PREFIX + "wait-timeout", this.waitTimeout)
			.between(Duration.ofSeconds(1), Duration.ofMinutes(5), "Use 1s to 5m, for example 15s.");
		PropertyCheck.of(PREFIX + "replay-window", this.replayWindow)
			.between(Duration.ofSeconds(1), Duration.ofHours(1), "Use 1s to 1h, for example 30s.");
		PropertyCheck.of(PREFIX + "failure-window", this.failureWindow)
			.between(Duration.ZERO, Duration.ofSeconds(60), "Use 0s to 60s, for example 2s.");
		this.early.check();
		return this;
	}

	/**
	 * The library's own strategies.
	 */
	enum Strategy {

		/**
		 * Instances agree through the store on one that calls the provider, and the
		 * others receive the same tokens.
		 */
		SINGLE_FLIGHT,

		/**
		 * Each instance refreshes by itself and ahead of time, once for all its requests.
		 */
		EARLY,

		/**
		 * Spring Security refreshes without coordination.
		 */
		NONE

	}

	/**
	 * What a request does if its tokens are due and the store does not answer.
	 */
	enum WithoutStore {

		/**
		 * It calls the provider, once per instance.
		 */
		UNCOORDINATED,

		/**
		 * It fails, and the tokens are kept for the next attempt.
		 */
		FAIL

	}

	/**
	 * What happens to a user whose refresh token the provider refuses for good.
	 */
	enum OnRefusal {

		/**
		 * The user stays logged in, and what needs tokens fails until the next login.
		 */
		KEEP,

		/**
		 * The user's sessions end on all instances.
		 */
		LOGOUT

	}

	/**
	 * Which requests share a refresh.
	 */
	enum KeyScope {

		/**
		 * Requests of one principal with one refresh token. Tokens by client credentials
		 * are shared by the requests of one principal.
		 */
		PRINCIPAL,

		/**
		 * Requests with one refresh token, whatever their principal: for apps that use
		 * the same tokens under several names. Tokens by client credentials are shared by
		 * all principals: only for apps whose token requests do not depend on the
		 * principal.
		 */
		REGISTRATION,

		/**
		 * Requests with one refresh token, whatever their principal and whatever their
		 * registration of the same client. Tokens by client credentials are shared by all
		 * principals of one registration.
		 */
		CLIENT

	}

	/**
	 * Properties of refresh ahead of time.
	 *
	 * @param window how long before its expiry an access token may be refreshed, up to 1h
	 * and never before half of its life is over; 0s for not at all; unless set, 2m with
	 * the strategy 'early' and 0s with others
	 * @param jitter by which part of the window instances differ, from 0 to 1
	 * @param interval how long to wait after an attempt to refresh ahead of time, from 1s
	 * to 1h
	 */
	record Early(@Nullable Duration window, @DefaultValue("0.5") double jitter,
			@DefaultValue("10s") Duration interval) {

		private void check() {
			if (this.window != null) {
				PropertyCheck.of(PREFIX + "early.window", this.window)
					.between(Duration.ZERO, Duration.ofHours(1), "Use 0s to 1h, for example 2m.");
			}
			PropertyCheck.of(PREFIX + "early.jitter", this.jitter).between(0.0, 1.0, "Use 0 to 1, for example 0.5.");
			PropertyCheck.of(PREFIX + "early.interval", this.interval)
				.between(Duration.ofSeconds(1), Duration.ofHours(1), "Use 1s to 1h, for example 10s.");
		}

	}

}
