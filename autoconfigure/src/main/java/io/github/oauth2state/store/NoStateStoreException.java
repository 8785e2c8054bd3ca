package io.github.oauth2state.store;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.config.StoreType;

/**
 * Thrown at startup when it is not clear where to keep the records.
 */
@SuppressWarnings("serial")
final class NoStateStoreException extends RuntimeException {

	private final @Nullable StoreType configured;

	private final Set<StoreType> connections;

	NoStateStoreException(@Nullable StoreType configured, Set<StoreType> connections) {
		super("OAuth2 State has no store: configured is " + configured + ", connections are " + connections);
		this.configured = configured;
		this.connections = connections;
	}

	@Nullable StoreType getConfigured() {
		return this.configured;
	}

	Set<StoreType> getConnections() {
		return this.connections;
	}

}
