package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Logins whose beginning instance is killed while the user is at the provider. The other
 * one finishes them.
 */
final class KilledInstance implements Scenario {

	private static final int LOGINS = 4;

	private final Cluster cluster;

	private final Balancer balancer;

	KilledInstance(Cluster cluster, Balancer balancer) {
		this.cluster = cluster;
		this.balancer = balancer;
	}

	@Override
	public String title() {
		return "The beginning instance is killed, the other one finishes the login";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Instance> instances = this.cluster.instances();
		for (int i = 0; i < LOGINS; i++) {
			Instance begin = instances.get(i % 2);
			Instance finish = instances.get(1 - i % 2);
			Visitor visitor = new Visitor(this.cluster.uri(), "alice");
			report.attempt(() -> new Login(visitor, begin, finish).run(this.balancer, begin::kill));
			begin.kill();
			begin.start();
			this.balancer.awaitBoth();
		}
	}

}
