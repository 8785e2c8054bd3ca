package io.github.oauth2state.logout;

/**
 * Thrown if a logout token is valid but was handled before. Carries nothing of it.
 */
@SuppressWarnings("serial")
final class ReplayedTokenException extends RuntimeException {

	ReplayedTokenException() {
		super("The logout token was handled before");
	}

}
