package io.github.oauth2state;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;

/**
 * Decides how tokens that are due become new ones, while other requests on this and other
 * instances want the same. A bean of this type replaces the strategy that
 * {@code oauth2-state.refresh.strategy} chooses.
 * <p>
 * Implementations are thread-safe: they are called by all requests at once.
 */
public interface TokenRefreshStrategy {

	/**
	 * Returns what this strategy is called in metrics and logs.
	 * @return a short name, always the same
	 */
	default String name() {
		return "custom";
	}

	/**
	 * Tells what to do with tokens that are still valid. Asked on every use of tokens, so
	 * it must be cheap.
	 * @param client the tokens
	 * @return what to do with them
	 */
	default TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return TokenRefreshAdvice.LEAVE;
	}

	/**
	 * Obtains new tokens, from the provider or from a request that has them.
	 * @param refresh the tokens that are due
	 * @return new tokens
	 * @throws OAuth2AuthorizationException if no tokens were obtained. With the error
	 * code {@code invalid_grant} Spring Security removes the user's client; with others
	 * it keeps it
	 */
	TokenRefreshResult refresh(TokenRefresh refresh);

}
