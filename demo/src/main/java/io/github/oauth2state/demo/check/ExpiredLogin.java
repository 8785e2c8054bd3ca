package io.github.oauth2state.demo.check;

import java.net.URI;
import java.time.Duration;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * A user who stays at the provider for too long is sent there once more, not to an error
 * page.
 */
final class ExpiredLogin implements Scenario {

	private static final Duration TTL = Duration.ofSeconds(1);

	private final Cluster cluster;

	ExpiredLogin(Cluster cluster) {
		this.cluster = cluster;
	}

	@Override
	public String title() {
		return "A login that has expired is begun again by itself";
	}

	@Override
	public void run(Report report) throws InterruptedException {
		Instance hasty = this.cluster.startAnother("hasty", "--oauth2-state.login.ttl=" + TTL.toSeconds() + "s");
		report.attempt(() -> expire(new Visitor(hasty.uri(), "alice")));
	}

	private void expire(Visitor visitor) throws Exception {
		visitor.askForMe();
		URI callback = visitor.authenticate(visitor.begin());
		// There is nothing to wait for but the time itself.
		Thread.sleep(TTL.plusSeconds(1).toMillis());
		Page answer = visitor.open(callback);
		Expect.that(answer.redirect().filter(Visitor::isBegin).isPresent(), "the login begins again", answer);
		visitor.follow(answer);
		visitor.signedIn();
	}

}
