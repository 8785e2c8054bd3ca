package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.oauth2state.StateStore;

/**
 * Where an app keeps pending logins. What works where the library is off must work
 * wherever it keeps them.
 */
@SuppressWarnings("ImmutableEnumChecker")
enum KeptIn {

	/**
	 * As Spring Security does by itself.
	 */
	OFF("oauth2-state.enabled=false"),

	SESSION("oauth2-state.rollout.percentage=0"),

	STORE(),

	COOKIE("oauth2-state.store=cookie", "oauth2-state.cookie.keys=" + Keys.random("a")),

	REDIS(),

	POSTGRESQL();

	private final List<String> properties;

	KeptIn(String... properties) {
		this.properties = List.of(properties);
	}

	/**
	 * Starts an instance, which the caller closes.
	 */
	Instance start(List<String> properties, Class<?>... configurations) {
		List<String> all = new ArrayList<>(ofStore());
		all.addAll(this.properties);
		all.addAll(properties);
		return Instance.start(Cluster.shared().idp, store(), all, configurations);
	}

	private List<String> ofStore() {
		return switch (this) {
			case REDIS -> SharedStore.REDIS.newRecords().properties();
			case POSTGRESQL -> SharedStore.POSTGRESQL.newRecords().properties();
			default -> List.of("spring.autoconfigure.exclude=" + Instance.NOT_OF_THE_APP);
		};
	}

	private @Nullable StateStore store() {
		return switch (this) {
			case OFF, SESSION, STORE -> Cluster.shared().store;
			case COOKIE, REDIS, POSTGRESQL -> null;
		};
	}

}
