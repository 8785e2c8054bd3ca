package io.github.oauth2state.refresh;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the refresh of tokens, as they were given. See {@link RefreshSettings}
 * for what they amount to.
 *
 * @param strategy how instances go about tokens that are due; unless set, single-flight
 * where there is a store and none where there is not
 * @param lease how long others wait for an instance that called the provider and was not
 * heard of since, from 1s to 60s
 * @param waitTimeout how long a request waits for another one's refresh, from 1s to 5m
 * @param replayWindow how long new tokens, or the refusal of new ones, are offered to
 * requests that come late with the old ones, from 1s to 1h
 * @param failureWindow how long requests that come late are given the error of a refresh
 * that failed for the moment, from 0s to 60s
 * @param onStoreFailure what a request does whose tokens are due while the store does not
 * answer
 * @param keyScope which requests refresh the same tokens
 * @param clientCredentials whether tokens by client credentials are obtained once for all
 * requests, too; not for apps whose token requests differ from user to user
 * @param early refresh ahead of time
 */
@ConfigurationProperties("oauth2-state.refresh")
public record RefreshProperties(@Nullable RefreshStrategyType strategy, @DefaultValue("8s") Duration lease,
		@DefaultValue("15s") Duration waitTimeout, @DefaultValue("30s") Duration replayWindow,
		@DefaultValue("2s") Duration failureWindow, @DefaultValue("uncoordinated") OnStoreFailure onStoreFailure,
		@DefaultValue("principal") KeyScope keyScope, @DefaultValue("true") boolean clientCredentials,
		@DefaultValue Early early) {

	/**
	 * What a request does whose tokens are due while the store does not answer.
	 */
	public enum OnStoreFailure {

		/**
		 * It calls the provider, once per instance.
		 */
		UNCOORDINATED,

		/**
		 * It fails, and the tokens are kept for the next try.
		 */
		FAIL

	}

	/**
	 * Which requests refresh the same tokens.
	 */
	public enum KeyScope {

		/**
		 * Those of one principal with one refresh token, or for tokens by client
		 * credentials, those of one principal.
		 */
		PRINCIPAL,

		/**
		 * Those with one refresh token, whoever they are for: for apps that use the same
		 * tokens under several names. Tokens by client credentials are given to all
		 * principals: only for apps whose token requests do not depend on the principal.
		 */
		REGISTRATION,

		/**
		 * Those with one refresh token, whichever user and whichever registration of the
		 * same client they are for. Tokens by client credentials are given to all
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
	 * @param interval how long to wait after a try, from 1s to 1h
	 */
	public record Early(@Nullable Duration window, @DefaultValue("0.5") double jitter,
			@DefaultValue("10s") Duration interval) {
	}

}
