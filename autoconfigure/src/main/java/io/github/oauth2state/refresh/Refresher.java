package io.github.oauth2state.refresh;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefresh;
import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshEvent;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Runs the strategy. Refuses tokens of another user, ignores {@code invalid_grant} if
 * newer tokens are stored, notes where tokens came from, and tells listeners.
 * Thread-safe.
 */
final class Refresher {

	private static final Log logger = LogFactory.getLog(Refresher.class);

	private final TokenRefreshStrategy strategy;

	private final List<TokenRefreshListener> listeners;

	private final @Nullable OAuth2AuthorizedClientService sharedClients;

	private final @Nullable OAuth2AuthorizedClientService clients;

	private final TokensInOneInstanceWarning tokensInOneInstance;

	/**
	 * Creates a refresher.
	 * @param strategy the strategy
	 * @param listeners who is told
	 * @param sharedClients where clients are kept that all instances see, if they are
	 * @param clients where clients are kept, whether all instances see them or not
	 */
	Refresher(TokenRefreshStrategy strategy, List<TokenRefreshListener> listeners,
			@Nullable OAuth2AuthorizedClientService sharedClients, @Nullable OAuth2AuthorizedClientService clients) {
		this.strategy = strategy;
		this.listeners = List.copyOf(listeners);
		this.sharedClients = sharedClients;
		this.clients = clients;
		this.tokensInOneInstance = new TokensInOneInstanceWarning(strategy, clients);
	}

	@Nullable OAuth2AuthorizedClientService sharedClients() {
		return this.sharedClients;
	}

	@Nullable OAuth2AuthorizedClientService clients() {
		return this.clients;
	}

	TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.strategy.whileValid(client);
	}

	OAuth2AccessTokenResponse refresh(TokenRefresh refresh, @Nullable CurrentAuthorization authorization) {
		this.tokensInOneInstance.beforeRefresh(refresh, authorization);
		long begun = System.nanoTime();
		boolean early = authorization != null && authorization.early();
		try {
			TokenRefreshResult result = refreshOrFindStored(refresh);
			SameSubject.require(authorization, refresh.registration(), result.response());
			publish(result.outcome(), refresh, early, begun);
			noteLineage(refresh, result.response());
			return result.response();
		}
		catch (OAuth2AuthorizationException ex) {
			publish(early ? TokenRefreshOutcome.KEPT : outcome(ex), refresh, early, begun);
			throw withRefusedToken(refresh, ex);
		}
		catch (RuntimeException ex) {
			publish(early ? TokenRefreshOutcome.KEPT : TokenRefreshOutcome.FAILED, refresh, early, begun);
			throw ex;
		}
	}

	private TokenRefreshResult refreshOrFindStored(TokenRefresh refresh) {
		try {
			return this.strategy.refresh(refresh);
		}
		catch (OAuth2AuthorizationException ex) {
			Optional<FlightTokens> newer = isRefusal(refresh, ex) ? StoredTokens.newerThan(refresh) : Optional.empty();
			return new TokenRefreshResult(TokenRefreshOutcome.STORED, newer.orElseThrow(() -> ex).response());
		}
	}

	private static boolean isRefusal(TokenRefresh refresh, OAuth2AuthorizationException ex) {
		return refresh.refreshToken() != null && OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode());
	}

	private static void noteLineage(TokenRefresh refresh, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken before = refresh.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		if (before != null && after != null) {
			TokenLineage.descends(before.getTokenValue(), after.getTokenValue());
		}
	}

	private static OAuth2AuthorizationException withRefusedToken(TokenRefresh refresh,
			OAuth2AuthorizationException ex) {
		OAuth2RefreshToken refused = refresh.refreshToken();
		return (refused != null && isRefusal(refresh, ex))
				? new RefusedTokenException(ex, refresh.registration().getRegistrationId(), refused.getTokenValue())
				: ex;
	}

	private static TokenRefreshOutcome outcome(OAuth2AuthorizationException ex) {
		if (ex instanceof CoordinationException coordination) {
			return coordination.outcome();
		}
		return OAuth2ErrorCodes.INVALID_GRANT.equals(ex.getError().getErrorCode()) ? TokenRefreshOutcome.REJECTED
				: TokenRefreshOutcome.FAILED;
	}

	private void publish(TokenRefreshOutcome outcome, TokenRefresh refresh, boolean early, long begun) {
		TokenRefreshEvent event = new TokenRefreshEvent(outcome, this.strategy.name(),
				refresh.registration().getRegistrationId(), early, Duration.ofNanos(System.nanoTime() - begun));
		for (TokenRefreshListener listener : this.listeners) {
			try {
				listener.onTokenRefresh(event);
			}
			catch (RuntimeException ex) {
				logger.warn("Listener %s failed on %s".formatted(listener.getClass().getName(), event), ex);
			}
		}
	}

}
