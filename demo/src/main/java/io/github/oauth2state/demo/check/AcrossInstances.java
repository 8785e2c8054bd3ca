package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Logins that are begun on one instance and come back to the other.
 */
final class AcrossInstances implements Scenario {

	private static final int LOGINS = 50;

	private final Cluster cluster;

	private final Balancer balancer;

	AcrossInstances(Cluster cluster, Balancer balancer) {
		this.cluster = cluster;
		this.balancer = balancer;
	}

	@Override
	public String title() {
		return "A login is begun on one instance and finished on the other";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Instance> instances = this.cluster.instances();
		for (int i = 0; i < LOGINS; i++) {
			Instance begin = instances.get(i % 2);
			Instance finish = instances.get(1 - i % 2);
			Visitor visitor = new Visitor(this.cluster.uri(), (i % 3 == 0) ? "bob" : "alice");
			report
				.attempt(() -> new Login(visitor, begin, finish).run(this.balancer, () -> this.balancer.aimAt(finish)));
		}
	}

}
