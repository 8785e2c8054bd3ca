package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

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

	Instance start(List<String> properties, Class<?>... configurations) {
		return start(Stack.SERVLET, properties, configurations);
	}

	/**
	 * Starts an instance, which the caller closes.
	 */
	Instance start(Stack stack, List<String> properties, Class<?>... configurations) {
		List<String> all = properties();
		all.addAll(properties);
		Cluster cluster = Cluster.shared(stack);
		return Instance.start(stack, cluster.idp, keepsInStore() ? cluster.store : null, all, configurations);
	}

	/**
	 * Returns the properties of an app, with a store of its own if it is a real one.
	 */
	List<String> properties() {
		List<String> all = new ArrayList<>(ofStore());
		all.addAll(this.properties);
		return all;
	}

	private List<String> ofStore() {
		return switch (this) {
			case REDIS -> SharedStore.REDIS.newRecords().properties();
			case POSTGRESQL -> SharedStore.POSTGRESQL.newRecords().properties();
			default -> List.of("spring.autoconfigure.exclude=" + Instance.NOT_OF_THE_APP);
		};
	}

	private boolean keepsInStore() {
		return switch (this) {
			case OFF, SESSION, STORE -> true;
			case COOKIE, REDIS, POSTGRESQL -> false;
		};
	}

}
