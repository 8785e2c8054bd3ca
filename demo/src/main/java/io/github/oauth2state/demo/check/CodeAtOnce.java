package io.github.oauth2state.demo.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Many requests redeem the same code at the same time, on all instances of the provider.
 * One of them gets tokens.
 */
final class CodeAtOnce implements Scenario {

	private static final int TRIALS = 20;

	private static final int REQUESTS = 16;

	private final Cluster cluster;

	CodeAtOnce(Cluster cluster) {
		this.cluster = cluster;
	}

	@Override
	public String title() {
		return "A code " + REQUESTS + " times at once at both providers: one token response";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		OwnApp app = new OwnApp(this.cluster.provider());
		for (int i = 0; i < TRIALS; i++) {
			Instance issuer = this.cluster.providers().get(i % 2);
			report.attempt(() -> redeemTogether(app, app.authorize(issuer)));
		}
	}

	private void redeemTogether(OwnApp app, String code) throws Exception {
		List<CompletableFuture<Page>> requests = IntStream.range(0, REQUESTS)
			.mapToObj((i) -> app.redeemLater(this.cluster.providers().get(i % 2), code))
			.toList();
		List<Page> refusals = new ArrayList<>();
		for (CompletableFuture<Page> request : requests) {
			if (request.get().status() != 200) {
				refusals.add(request.get());
			}
		}
		Expect.equal(REQUESTS - 1, refusals.size(), "the number of refusals");
		refusals.forEach(OwnApp::refused);
	}

}
