package io.github.oauth2state.demo.check;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

import io.github.oauth2state.demo.cluster.Cluster;

/**
 * The same callback comes twice at the same time, as after a double click or a retry. The
 * user is signed in, whichever answer the browser shows in the end.
 */
final class DoubleCallback implements Scenario {

	private static final int TRIALS = 20;

	private final URI site;

	private final TokenCalls tokenCalls;

	DoubleCallback(Cluster cluster) {
		this.site = cluster.uri();
		this.tokenCalls = new TokenCalls(cluster);
	}

	@Override
	public String title() {
		return "The same callback twice in parallel: one token call, signed in";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		for (int i = 0; i < TRIALS; i++) {
			report.attempt(this::callBackTwice);
		}
	}

	private void callBackTwice() throws Exception {
		Visitor visitor = new Visitor(this.site, "alice");
		visitor.askForMe();
		URI callback = visitor.authenticate(visitor.begin());
		int tokenCallsBefore = this.tokenCalls.count();
		CompletableFuture<Page> one = visitor.browser().getLater(callback);
		CompletableFuture<Page> two = visitor.browser().getLater(callback);
		Expect.that(one.get().status() < 500, "there is no server error", one.get());
		Expect.that(two.get().status() < 500, "there is no server error", two.get());
		Expect.equal(tokenCallsBefore + 1, this.tokenCalls.count(), "the number of token calls");
		show(visitor.copy(), one.get(), two.get());
		show(visitor.copy(), two.get(), one.get());
	}

	private void show(Visitor visitor, Page first, Page last) throws Exception {
		visitor.browser().accept(first);
		visitor.browser().accept(last);
		Page end = visitor.follow(last);
		Expect.that(end.status() == 200, "the last answer leads to a page", end);
		visitor.signedIn();
	}

}
