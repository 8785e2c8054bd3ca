package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * A code comes again after it was redeemed, at the other instance of the provider. It may
 * have been stolen, so the tokens that it led to are revoked.
 */
final class CodeUsedAgain implements Scenario {

	private final Cluster cluster;

	CodeUsedAgain(Cluster cluster) {
		this.cluster = cluster;
	}

	@Override
	public String title() {
		return "A code that is used again later: its tokens are revoked";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Instance> providers = this.cluster.providers();
		for (int i = 0; i < 2; i++) {
			Instance first = providers.get(i);
			Instance second = providers.get(1 - i);
			report.attempt(() -> useAgain(first, second));
		}
	}

	private void useAgain(Instance first, Instance second) throws Exception {
		OwnApp app = new OwnApp(this.cluster.provider());
		String code = app.authorize(first);
		OwnApp.Tokens tokens = app.redeem(first, code);
		Expect.that(app.isActive(second, tokens), "the tokens are active at first", tokens);
		OwnApp.refused(app.redeemLater(second, code).get());
		Expect.that(!app.isActive(first, tokens), "the tokens are revoked", tokens);
	}

}
