package io.github.oauth2state.authorizationserver;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two instances of a provider in this process, started once for all tests.
 */
final class TwoProviders {

	private static final Map<String, TwoProviders> STARTED = new ConcurrentHashMap<>();

	static final ClientKey KEY = new ClientKey();

	final String database = ProviderStore.newDatabase();

	final ConfigurableApplicationContext one;

	final int a;

	final int b;

	private TwoProviders(ProviderStore store, String pending) {
		List<String> properties = store.properties(this.database, "oauth2-state.jdbc.cleanup.enabled=false",
				"oauth2-state.authorization-server.pending=" + pending, KEY.property());
		this.one = ProviderApp.start(properties);
		this.a = ProviderApp.port(this.one);
		this.b = ProviderApp.port(ProviderApp.start(properties));
	}

	static TwoProviders on(ProviderStore store, String pending) {
		return STARTED.computeIfAbsent(store + pending, (key) -> new TwoProviders(store, pending));
	}

	/**
	 * Returns the port of one or the other.
	 */
	int port(int number) {
		return (number % 2 == 0) ? this.a : this.b;
	}

}
