package io.github.oauth2state.refresh;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.InMemoryOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.AbstractOAuth2AuthorizationGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

import io.github.oauth2state.TokenRefreshAdvice;
import io.github.oauth2state.TokenRefreshListener;
import io.github.oauth2state.TokenRefreshOutcome;
import io.github.oauth2state.TokenRefreshResult;
import io.github.oauth2state.TokenRefreshStrategy;
import io.github.oauth2state.tokens.TokenLineage;

/**
 * Runs the strategy. Refuses tokens of another user, ignores {@code invalid_grant} if
 * newer tokens are stored, notes which tokens the new ones came from, and publishes the
 * event. Thread-safe.
 */
final class StrategyRunner {

	private final TokenRefreshStrategy strategy;

	private final RefreshEvents events;

	private final @Nullable OAuth2AuthorizedClientService clients;

	private final Refusals refusals;

	private final TokensInMemoryWarning memoryWarning = new TokensInMemoryWarning(StrategyRunner.class);

	/**
	 * Creates a runner.
	 * @param strategy the strategy
	 * @param listeners the listeners
	 * @param clients where the app keeps tokens, if known
	 * @param refusals hands on refusals
	 */
	StrategyRunner(TokenRefreshStrategy strategy, List<TokenRefreshListener> listeners,
			@Nullable OAuth2AuthorizedClientService clients, Refusals refusals) {
		this.strategy = strategy;
		this.events = new RefreshEvents(strategy.name(), listeners);
		this.clients = clients;
		this.refusals = refusals;
	}

	TokenRefreshAdvice whileValid(OAuth2AuthorizedClient client) {
		return this.strategy.whileValid(client);
	}

	/**
	 * Obtains the tokens that a request asks for.
	 * @param request the request of Spring Security
	 * @param client the token client of the app, which sends it
	 */
	<T extends AbstractOAuth2AuthorizationGrantRequest> OAuth2AccessTokenResponse obtain(T request,
			OAuth2AccessTokenResponseClient<T> client) {
		DueTokenRefresh due = DueTokenRefresh.of(request, client, this.clients);
		CurrentAuthorization authorization = due.authorization();
		warnOfTokensInMemory(due);
		long start = System.nanoTime();
		boolean early = authorization != null && authorization.isEarly();
		try {
			TokenRefreshResult result = runOrFindStored(due);
			if (authorization != null) {
				// Another request may have published them, for another user
				authorization.requireSameSubject(result.response());
			}
			this.events.publish(result.outcome(), due, early, start);
			noteRefreshed(due, result.response());
			return result.response();
		}
		catch (OAuth2AuthorizationException ex) {
			this.events.publish(early ? TokenRefreshOutcome.KEPT : RefreshEvents.outcome(ex), due, early, start);
			if (!early && RefreshEvents.isRefusal(due, ex)) {
				this.refusals.handOn(due);
			}
			throw RefreshEvents.withRefusedToken(due, ex);
		}
		catch (RuntimeException ex) {
			this.events.publish(early ? TokenRefreshOutcome.KEPT : TokenRefreshOutcome.FAILED, due, early, start);
			throw ex;
		}
	}

	private void warnOfTokensInMemory(DueTokenRefresh due) {
		if (this.memoryWarning.isWanted(due, this.strategy instanceof SingleFlightStrategy)
				&& RemovalWatcher.unwrap(this.clients) instanceof InMemoryOAuth2AuthorizedClientService memory) {
			this.memoryWarning.write(due, memory.loadAuthorizedClient(due.registration().getRegistrationId(),
					Objects.requireNonNull(due.authorization()).nameInStore()));
		}
	}

	private TokenRefreshResult runOrFindStored(DueTokenRefresh due) {
		try {
			return this.strategy.refresh(due);
		}
		catch (OAuth2AuthorizationException ex) {
			Optional<RefreshedTokens> newer = RefreshEvents.isRefusal(due, ex) ? RefreshedTokens.findStored(due)
					: Optional.empty();
			return new TokenRefreshResult(TokenRefreshOutcome.STORED, newer.orElseThrow(() -> ex).response());
		}
	}

	private static void noteRefreshed(DueTokenRefresh due, OAuth2AccessTokenResponse response) {
		OAuth2RefreshToken before = due.refreshToken();
		OAuth2RefreshToken after = response.getRefreshToken();
		if (before != null && after != null) {
			TokenLineage.noteDescent(before.getTokenValue(), after.getTokenValue());
		}
		CurrentAuthorization authorization = due.authorization();
		if (before != null && authorization != null) {
			authorization.setRefreshed(response);
		}
	}

	/**
	 * Thrown if the provider refuses a refresh token. Tells the failure handler which
	 * one, because Spring Security does not.
	 */
	@SuppressWarnings("serial")
	static final class RefusedTokenException extends OAuth2AuthorizationException {

		// Transient: a token must not be written wherever exceptions are
		private final transient String refreshToken;

		private final String registrationId;

		RefusedTokenException(OAuth2AuthorizationException refusal, String registrationId, String refreshToken) {
			super(refusal.getError(), refusal);
			this.registrationId = registrationId;
			this.refreshToken = refreshToken;
		}

		String refreshToken() {
			return this.refreshToken;
		}

		String registrationId() {
			return this.registrationId;
		}

	}

}
