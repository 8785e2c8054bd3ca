package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.util.List;

import io.github.oauth2state.demo.cluster.Cluster;
import io.github.oauth2state.demo.cluster.Instance;

/**
 * Asks the instances of the identity provider how often their token endpoint was called.
 */
final class TokenCalls {

	private final List<Instance> providers;

	TokenCalls(Cluster cluster) {
		this.providers = cluster.providers();
	}

	/**
	 * Returns how often it was called, on all instances.
	 */
	int count() throws IOException, InterruptedException {
		return ask("/token-calls");
	}

	/**
	 * Returns how often it was called to refresh tokens, on all instances.
	 */
	int refreshes() throws IOException, InterruptedException {
		return ask("/refresh-calls");
	}

	private int ask(String path) throws IOException, InterruptedException {
		int sum = 0;
		for (Instance provider : this.providers) {
			sum += Integer.parseInt(new Browser().get(provider.uri().resolve(path)).body());
		}
		return sum;
	}

}
