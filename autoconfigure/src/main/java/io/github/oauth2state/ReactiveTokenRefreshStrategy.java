package io.github.oauth2state;

import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import reactor.core.publisher.Mono;

/**
 * Decides how tokens that are due become new ones in a reactive app, while other requests
 * on this and other instances want the same. A bean of this type replaces the strategy
 * that {@code oauth2-state.refresh.strategy} chooses.
 * <p>
 * Implementations are thread-safe and never block: they are called by all requests at
 * once, on the threads that serve them.
 */
public interface ReactiveTokenRefreshStrategy {

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
	 * Obtains new tokens, from the provider or from a request that has them. If the
	 * request has a refresh token, its subscriber does not cancel, even if the client of
	 * the request hangs up.
	 * @param refresh the tokens that are due
	 * @return new tokens, or an {@link OAuth2AuthorizationException} if no tokens were
	 * obtained. With the error code {@code invalid_grant} Spring Security removes the
	 * user's client; with others it keeps it
	 */
	Mono<TokenRefreshResult> refresh(ReactiveTokenRefresh refresh);

}
