package io.github.oauth2state.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * Two instances of an app that share a real store. They take longer headers than Tomcat
 * and Netty do by themselves, so that what is too long is refused by the library.
 */
final class RealCluster {

	final StoredRecords records;

	final IdentityProvider idp;

	final Instance a;

	final Instance b;

	private final Stack stack;

	RealCluster(Stack stack, StoredRecords records) {
		this.stack = stack;
		this.idp = Cluster.shared(stack).idp;
		this.records = records;
		this.a = start(List.of());
		this.b = start(List.of());
	}

	/**
	 * Starts one more instance, which the caller closes.
	 */
	Instance start(List<String> properties, Class<?>... configurations) {
		List<String> all = new ArrayList<>(this.records.properties());
		all.add("server.max-http-request-header-size=2MB");
		all.add("server.tomcat.max-http-response-header-size=2MB");
		all.add("server.netty.max-initial-line-length=2MB");
		all.addAll(properties);
		List<Class<?>> classes = new ArrayList<>(List.of(configurations));
		classes.add(HostileAttributes.class);
		return Instance.start(this.stack, this.idp, null, all, classes.toArray(Class<?>[]::new));
	}

	void forget() {
		this.records.clear();
		forgetCounts();
	}

	void forgetCounts() {
		this.idp.takeTokenCalls();
		for (Instance instance : List.of(this.a, this.b)) {
			instance.takeEvents();
			instance.takeSessionCreators();
			instance.forgetClients();
		}
	}

}
