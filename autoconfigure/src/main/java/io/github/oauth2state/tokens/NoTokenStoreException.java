package io.github.oauth2state.tokens;

/**
 * Thrown at startup when there is no connection to what tokens are to be kept in.
 */
@SuppressWarnings("serial")
final class NoTokenStoreException extends RuntimeException {

	private final TokenStoreType configured;

	NoTokenStoreException(TokenStoreType configured) {
		super("OAuth2 State has no connection to keep tokens in " + configured);
		this.configured = configured;
	}

	TokenStoreType getConfigured() {
		return this.configured;
	}

}
