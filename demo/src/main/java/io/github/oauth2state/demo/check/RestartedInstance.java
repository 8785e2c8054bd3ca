package io.github.oauth2state.demo.check;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Logins whose beginning instance is restarted while the user is at the provider, and
 * that come back to it.
 */
final class RestartedInstance implements Scenario {

	private final Cluster cluster;

	private final Balancer balancer;

	RestartedInstance(Cluster cluster, Balancer balancer) {
		this.cluster = cluster;
		this.balancer = balancer;
	}

	@Override
	public String title() {
		return "The beginning instance is restarted, and finishes the login itself";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		for (Instance instance : this.cluster.instances()) {
			Visitor visitor = new Visitor(this.cluster.uri(), "alice");
			report.attempt(() -> new Login(visitor, instance, instance).run(this.balancer, () -> restart(instance)));
		}
	}

	private void restart(Instance instance) throws Exception {
		instance.kill();
		instance.start();
		this.balancer.awaitBoth();
		this.balancer.aimAt(instance);
	}

}
