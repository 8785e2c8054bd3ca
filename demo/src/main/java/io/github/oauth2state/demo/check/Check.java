package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;

/**
 * Tries what can happen to logins, sessions, tokens and codes on more than one instance.
 */
public final class Check {

	private final List<Scenario> scenarios;

	/**
	 * Prepares the check.
	 * @param cluster a running cluster
	 */
	public Check(Cluster cluster) {
		Balancer balancer = new Balancer(cluster.uri());
		this.scenarios = List.of(new AcrossInstances(cluster, balancer), new KilledInstance(cluster, balancer),
				new RestartedInstance(cluster, balancer), new ForeignBrowser(cluster), new TwoTabs(cluster),
				new DoubleCallback(cluster), new ExpiredLogin(cluster), new RefreshStorm(cluster),
				new EndedSessions(cluster, balancer), new CodeAtOnce(cluster), new CodeOfKilledProvider(cluster),
				UsedAgain.code(cluster), UsedAgain.refreshToken(cluster));
	}

	/**
	 * Runs all scenarios.
	 * @param report is told about every attempt
	 * @throws InterruptedException if interrupted
	 */
	public void run(Report report) throws InterruptedException {
		for (Scenario scenario : this.scenarios) {
			report.begin(scenario.title());
			scenario.run(report);
		}
	}

}
