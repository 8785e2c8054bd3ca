package io.github.oauth2state.demo.check;

import java.net.URI;

import io.github.oauth2state.demo.cluster.Cluster;

/**
 * Two logins in progress in one browser, finished in the order they were begun in and in
 * the opposite one.
 */
final class TwoTabs implements Scenario {

	private final URI site;

	TwoTabs(Cluster cluster) {
		this.site = cluster.uri();
	}

	@Override
	public String title() {
		return "Logins in two tabs both succeed, in either order";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		report.attempt(() -> finish(true));
		report.attempt(() -> finish(false));
	}

	private void finish(boolean firstBegunFirst) throws Exception {
		Visitor visitor = new Visitor(this.site, "alice");
		visitor.askForMe();
		Visitor.PendingLogin one = visitor.begin();
		Visitor.PendingLogin two = visitor.begin();
		URI callbackOne = visitor.authenticate(one);
		URI callbackTwo = visitor.authenticate(two);
		finish(visitor, firstBegunFirst ? callbackOne : callbackTwo);
		finish(visitor, firstBegunFirst ? callbackTwo : callbackOne);
	}

	private void finish(Visitor visitor, URI callback) throws Exception {
		Page answer = visitor.open(callback);
		Expect.that(answer.redirect()
			.filter((uri) -> uri.getQuery() == null || !uri.getQuery().contains("error"))
			.isPresent(), "the callback is accepted", answer);
		Visitor.Me me = visitor.signedIn();
		Expect.equal(answer.instance(), me.finishedOn(), "finishedOn");
	}

}
