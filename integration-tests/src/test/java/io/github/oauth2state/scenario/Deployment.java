package io.github.oauth2state.scenario;

/**
 * A stack with a real store.
 */
enum Deployment {

	SERVLET_ON_REDIS(Stack.SERVLET, SharedStore.REDIS),

	SERVLET_ON_POSTGRESQL(Stack.SERVLET, SharedStore.POSTGRESQL),

	REACTIVE_ON_REDIS(Stack.REACTIVE, SharedStore.REDIS),

	REACTIVE_ON_POSTGRESQL(Stack.REACTIVE, SharedStore.POSTGRESQL);

	final Stack stack;

	final SharedStore store;

	Deployment(Stack stack, SharedStore store) {
		this.stack = stack;
		this.store = store;
	}

	/**
	 * Returns two instances of an app, started once for all tests.
	 */
	RealCluster cluster() {
		return this.store.cluster(this.stack);
	}

}
