package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * A refresh token comes again after it was replaced, at the other instance of the
 * provider. Everything that came of the same login is revoked.
 */
final class RefreshTokenUsedAgain implements Scenario {

	private final Cluster cluster;

	RefreshTokenUsedAgain(Cluster cluster) {
		this.cluster = cluster;
	}

	@Override
	public String title() {
		return "A replaced refresh token that is used again: all tokens are revoked";
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
		OwnApp.Tokens old = app.redeem(first, app.authorize(first));
		OwnApp.Tokens tokens = OwnApp.tokens(app.refresh(first, old.refresh()));
		Expect.that(app.isActive(second, tokens), "the tokens are active at first", tokens);
		OwnApp.refused(app.refresh(second, old.refresh()));
		Expect.that(!app.isActive(first, tokens), "the tokens are revoked", tokens);
	}

}
