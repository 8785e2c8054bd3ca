package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

import io.github.oauth2state.demo.cluster.ClusterException;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Sees to it that the next request reaches a certain instance, although the proxy takes
 * them in turns.
 */
final class Balancer {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final long POLL_MILLIS = 100;

	private static final int MAX_REQUESTS = 10;

	private final URI home;

	Balancer(URI site) {
		this.home = site.resolve("/");
	}

	/**
	 * Lets requests pass until it is another instance's turn to have been the last.
	 * @param next the instance to come next
	 * @throws IOException if there is no answer
	 * @throws InterruptedException if interrupted
	 */
	void aimAt(Instance next) throws IOException, InterruptedException {
		for (int i = 0; i < MAX_REQUESTS; i++) {
			if (!passOne().equals(next.name())) {
				return;
			}
		}
	}

	/**
	 * Waits until the proxy has noticed that both instances are there.
	 * @throws InterruptedException if interrupted
	 * @throws ClusterException if it takes too long
	 */
	void awaitBoth() throws InterruptedException {
		Instant deadline = Instant.now().plus(PATIENCE);
		while (!alternates()) {
			if (Instant.now().isAfter(deadline)) {
				throw new ClusterException("The proxy does not use both instances");
			}
			Thread.sleep(POLL_MILLIS);
		}
	}

	private boolean alternates() throws InterruptedException {
		try {
			return !passOne().equals(passOne());
		}
		catch (IOException ex) {
			return false;
		}
	}

	private String passOne() throws IOException, InterruptedException {
		return new Browser().get(this.home).instance();
	}

}
