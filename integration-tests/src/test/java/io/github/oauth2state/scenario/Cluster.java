package io.github.oauth2state.scenario;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An identity provider and two instances of an app, started once for all tests. Clusters
 * have the provider and the store in common.
 */
final class Cluster {

	private static final CountingStore STORE = new CountingStore();

	private static final IdentityProvider IDP = IdentityProvider.start();

	private static final Map<Stack, Cluster> SHARED = new EnumMap<>(Stack.class);

	final CountingStore store = STORE;

	final IdentityProvider idp = IDP;

	final Instance a;

	final Instance b;

	private final Stack stack;

	private Cluster(Stack stack) {
		this.stack = stack;
		this.a = start();
		this.b = start();
	}

	static Cluster shared() {
		return shared(Stack.SERVLET);
	}

	static synchronized Cluster shared(Stack stack) {
		return SHARED.computeIfAbsent(stack, Cluster::new);
	}

	/**
	 * Starts one more instance, which the caller closes.
	 */
	Instance start(Class<?>... configurations) {
		return start(List.of(), configurations);
	}

	/**
	 * Starts one more instance, which the caller closes.
	 */
	Instance start(List<String> properties, Class<?>... configurations) {
		return Instance.start(this.stack, this.idp, this.store, properties, configurations);
	}

	void forget() {
		this.store.clear();
		forgetCounts();
	}

	void forgetCounts() {
		this.store.takeOperations();
		this.idp.takeTokenCalls();
		for (Instance instance : List.of(this.a, this.b)) {
			instance.takeOutcomes();
			instance.takeSessionsCreated();
			instance.forgetClients();
		}
	}

}
