package io.github.oauth2state.scenario;

import java.util.List;

/**
 * An identity provider and two instances of an app, started once for all tests.
 */
final class Cluster {

	private static final Cluster SHARED = new Cluster();

	final CountingStore store = new CountingStore();

	final IdentityProvider idp = IdentityProvider.start();

	final Instance a = start();

	final Instance b = start();

	private Cluster() {
	}

	static Cluster shared() {
		return SHARED;
	}

	/**
	 * Starts one more instance, which the caller closes.
	 */
	Instance start(Class<?>... configurations) {
		return Instance.start(this.idp, this.store, List.of(), configurations);
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
