package io.github.oauth2state.demo.check;

import java.net.URI;
import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * An instance of the provider is killed when it has issued a code. The code is redeemed
 * at the other one. A user who is on the way back to an app notices nothing.
 */
final class CodeOfKilledProvider implements Scenario {

	private final Cluster cluster;

	CodeOfKilledProvider(Cluster cluster) {
		this.cluster = cluster;
	}

	@Override
	public String title() {
		return "A code of a provider that is killed is redeemed at the other";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Instance> providers = this.cluster.providers();
		for (int i = 0; i < 2; i++) {
			Instance issuer = providers.get(i);
			Instance other = providers.get(1 - i);
			report.attempt(() -> redeem(issuer, other));
			issuer.kill();
			issuer.start();
		}
	}

	private void redeem(Instance issuer, Instance other) throws Exception {
		Visitor visitor = new Visitor(this.cluster.uri(), "alice");
		visitor.askForMe();
		URI callback = visitor.authenticate(visitor.begin());
		OwnApp app = new OwnApp(this.cluster.provider());
		String code = app.authorize(issuer);
		issuer.kill();
		OwnApp.Tokens tokens = app.redeem(other, code);
		Expect.that(app.isActive(other, tokens), "the tokens are active", tokens);
		visitor.follow(visitor.open(callback));
		visitor.signedIn();
	}

}
