package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

import io.github.oauth2state.demo.cluster.Cluster;

/**
 * Somebody else opens the callback URL, as happens when an attacker makes a victim log in
 * as the attacker. It must be refused, and must not spoil the login.
 */
final class ForeignBrowser implements Scenario {

	private final URI site;

	private final TokenCalls tokenCalls;

	ForeignBrowser(Cluster cluster) {
		this.site = cluster.uri();
		this.tokenCalls = new TokenCalls(cluster);
	}

	@Override
	public String title() {
		return "A callback is refused in another browser, and then still works";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		List<Preparation> others = List.of((other) -> {
		}, Visitor::begin, this::logIn);
		for (Preparation other : others) {
			report.attempt(() -> refuse(other));
		}
	}

	private void refuse(Preparation preparation) throws Exception {
		Visitor rightful = new Visitor(this.site, "alice");
		rightful.askForMe();
		URI callback = rightful.authenticate(rightful.begin());
		Visitor other = new Visitor(this.site, "bob");
		preparation.prepare(other);
		Optional<Visitor.Me> before = other.me();

		int tokenCallsBefore = this.tokenCalls.count();
		Page refusal = other.open(callback);
		Expect.that(refusal.status() < 500, "there is no server error", refusal);
		Expect.equal(tokenCallsBefore, this.tokenCalls.count(), "the number of token calls");
		Expect.equal(before.map(Visitor.Me::user), other.me().map(Visitor.Me::user), "the other user");

		rightful.follow(rightful.open(callback));
		rightful.signedIn();
	}

	private void logIn(Visitor visitor) throws IOException, InterruptedException {
		visitor.follow(visitor.open(visitor.authenticate(visitor.begin())));
		visitor.signedIn();
	}

	/**
	 * What the other browser did before.
	 */
	@FunctionalInterface
	private interface Preparation {

		void prepare(Visitor other) throws Exception;

	}

}
