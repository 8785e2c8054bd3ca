package io.github.oauth2state.demo.check;

import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * A code or a refresh token is used a second time, at the other instance of the provider.
 * It may have been stolen, so the provider revokes the tokens that it led to.
 */
final class UsedAgain implements Scenario {

	private final Cluster cluster;

	private final String title;

	private final Attempt attempt;

	private UsedAgain(Cluster cluster, String title, Attempt attempt) {
		this.cluster = cluster;
		this.title = title;
		this.attempt = attempt;
	}

	static UsedAgain code(Cluster cluster) {
		return new UsedAgain(cluster, "A code that is used again later: its tokens are revoked",
				(app, first, second) -> {
					String code = app.authorize(first);
					OwnApp.Tokens tokens = app.redeem(first, code);
					expectActive(app, second, tokens);
					OwnApp.refused(app.redeemLater(second, code).get());
					return tokens;
				});
	}

	static UsedAgain refreshToken(Cluster cluster) {
		return new UsedAgain(cluster, "A replaced refresh token that is used again: all tokens are revoked",
				(app, first, second) -> {
					OwnApp.Tokens old = app.redeem(first, app.authorize(first));
					OwnApp.Tokens tokens = OwnApp.tokens(app.refresh(first, old.refresh()));
					expectActive(app, second, tokens);
					OwnApp.refused(app.refresh(second, old.refresh()));
					return tokens;
				});
	}

	private static void expectActive(OwnApp app, Instance provider, OwnApp.Tokens tokens) throws Exception {
		Expect.that(app.isActive(provider, tokens), "the tokens are active at first", tokens);
	}

	@Override
	public String title() {
		return this.title;
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Instance> providers = this.cluster.providers();
		for (int i = 0; i < 2; i++) {
			Instance first = providers.get(i);
			Instance second = providers.get(1 - i);
			report.attempt(() -> {
				OwnApp app = new OwnApp(this.cluster.provider());
				OwnApp.Tokens tokens = this.attempt.useTwice(app, first, second);
				Expect.that(!app.isActive(first, tokens), "the tokens are revoked", tokens);
			});
		}
	}

	/**
	 * Uses something twice, and returns the tokens of the first time.
	 */
	@FunctionalInterface
	private interface Attempt {

		OwnApp.Tokens useTwice(OwnApp app, Instance first, Instance second) throws Exception;

	}

}
