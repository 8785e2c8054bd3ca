package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;

/**
 * Asks the identity provider how often its token endpoint was called.
 */
final class TokenCalls {

	private final URI uri;

	TokenCalls(URI provider) {
		this.uri = provider.resolve("/token-calls");
	}

	int count() throws IOException, InterruptedException {
		return Integer.parseInt(new Browser().get(this.uri).body());
	}

}
