package io.github.oauth2state.actuate;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings;

/**
 * Tells how this instance is configured and what it has done since it started, which does
 * not ask the store, lists no records, and tells nothing about users. And sets the
 * percentage of the rollout, where operators allow that.
 */
@Endpoint(id = "oauth2state", defaultAccess = Access.READ_ONLY)
class OAuth2StateEndpoint {

	private final @Nullable StateStore store;

	private final RolloutState rollout;

	private final OAuth2StateSettings settings;

	private final Duration ttl;

	private final LoginCounts logins;

	private final LastCleanup cleanup;

	OAuth2StateEndpoint(@Nullable StateStore store, RolloutState rollout, OAuth2StateSettings settings, Duration ttl,
			LoginCounts logins, LastCleanup cleanup) {
		this.store = store;
		this.rollout = rollout;
		this.settings = settings;
		this.ttl = ttl;
		this.logins = logins;
		this.cleanup = cleanup;
	}

	@ReadOperation
	Description describe() {
		Store description = (this.store != null) ? new Store(this.store.name(), this.store.toString())
				: new Store("cookie", "cookies of the browsers");
		return new Description(description, this.settings.namespace(), this.ttl, this.settings.timeout(),
				this.rollout.describe(), this.cleanup.get(), this.logins.since(), this.logins.get());
	}

	/**
	 * Sets the percentage of the rollout for all instances, which follow within five
	 * seconds.
	 * @param percentage from 0 to 100, with up to six decimals; optional only so that the
	 * answer to a request without it names the range
	 * @return the rollout as it is now
	 */
	@WriteOperation
	WebEndpointResponse<OperationResponseBody> setPercentage(@Nullable String percentage) {
		return this.rollout.set((percentage != null) ? percentage : "");
	}

	/**
	 * Clears what was set, for all instances: each follows its configuration again.
	 * @return the rollout as it is now
	 */
	@DeleteOperation
	WebEndpointResponse<OperationResponseBody> clearPercentage() {
		return this.rollout.set(null);
	}

	/**
	 * What the endpoint answers.
	 *
	 * @param store where pending logins are kept
	 * @param namespace what keeps this app's records apart from others'
	 * @param ttl how long a user may take at the provider
	 * @param timeout how long a call of the store may take
	 * @param rollout how far the rollout is, and whether the store takes part
	 * @param cleanup the last removal of expired records by this instance, if there was
	 * one
	 * @param since when counting began, which is the start of this instance
	 * @param logins what happened to logins since then
	 */
	record Description(Store store, String namespace, Duration ttl, Duration timeout, RolloutState.Description rollout,
			LastCleanup.@Nullable Run cleanup, Instant since,
			LoginCounts.Logins logins) implements OperationResponseBody {
	}

	/**
	 * Where pending logins are kept.
	 *
	 * @param type what kind of store it is
	 * @param description what it says about itself, as at startup
	 */
	record Store(String type, String description) {
	}

}
