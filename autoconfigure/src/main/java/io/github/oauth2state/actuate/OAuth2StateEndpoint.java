package io.github.oauth2state.actuate;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

import io.github.oauth2state.StateStore;
import io.github.oauth2state.config.OAuth2StateSettings;

/**
 * Tells how this instance is configured and what it has done since it started. It does
 * not ask the store, lists no records, and tells nothing about users.
 */
@Endpoint(id = "oauth2state")
class OAuth2StateEndpoint {

	private final StateStore store;

	private final OAuth2StateSettings settings;

	private final Duration ttl;

	private final LoginCounts logins;

	private final LastCleanup cleanup;

	OAuth2StateEndpoint(StateStore store, OAuth2StateSettings settings, Duration ttl, LoginCounts logins,
			LastCleanup cleanup) {
		this.store = store;
		this.settings = settings;
		this.ttl = ttl;
		this.logins = logins;
		this.cleanup = cleanup;
	}

	@ReadOperation
	Description describe() {
		return new Description(new Store(this.store.name(), this.store.toString()), this.settings.namespace(), this.ttl,
				this.settings.timeout(), this.cleanup.get(), this.logins.since(), this.logins.get());
	}

	/**
	 * What the endpoint answers.
	 *
	 * @param store where pending logins are kept
	 * @param namespace what keeps this app's records apart from others'
	 * @param ttl how long a user may take at the provider
	 * @param timeout how long a call of the store may take
	 * @param cleanup the last removal of expired records by this instance, if there was
	 * one
	 * @param since when counting began, which is the start of this instance
	 * @param logins what happened to logins since then
	 */
	record Description(Store store, String namespace, Duration ttl, Duration timeout, LastCleanup.@Nullable Run cleanup,
			Instant since, LoginCounts.Logins logins) implements OperationResponseBody {
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
