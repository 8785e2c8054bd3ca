package io.github.oauth2state.store;

import java.util.List;
import java.util.Map;
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

	private final Map<StoreType, List<String>> beans;

	/**
	 * Creates an exception.
	 * @param configured the store that is configured
	 * @param connections the stores that the app has a connection for
	 * @param beans the connections, whether or not they can be injected
	 */
	NoStateStoreException(@Nullable StoreType configured, Set<StoreType> connections,
			Map<StoreType, List<String>> beans) {
		super("OAuth2 State has no store: configured is " + configured + ", connections are " + connections);
		this.configured = configured;
		this.connections = connections;
		this.beans = beans;
	}

	@Nullable StoreType getConfigured() {
		return this.configured;
	}

	Set<StoreType> getConnections() {
		return this.connections;
	}

	List<String> getBeans(StoreType type) {
		return this.beans.getOrDefault(type, List.of());
	}

}
