package io.github.oauth2state.demo.check;

import java.io.IOException;
import java.net.URI;

/**
 * Asks the identity provider how often its token endpoint was called.
 */
final class TokenCalls {

	private final URI provider;

	TokenCalls(URI provider) {
		this.provider = provider;
	}

	/**
	 * Returns how often it was called, for whatever.
	 */
	int count() throws IOException, InterruptedException {
		return ask("/token-calls");
	}

	/**
	 * Returns how often it was called to refresh tokens.
	 */
	int refreshes() throws IOException, InterruptedException {
		return ask("/refresh-calls");
	}

	private int ask(String path) throws IOException, InterruptedException {
		return Integer.parseInt(new Browser().get(this.provider.resolve(path)).body());
	}

}
